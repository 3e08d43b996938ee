"""Who owns which partition (`leases`), who shares them (`membership`), and which gateways live (`presence`)."""
