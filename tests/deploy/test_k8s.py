"""deploy/k8s fits together, and fits the image: selectors, ports, probes, settings. No cluster is asked."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import yaml

from program.serve import GATEWAY_DRAIN_S
from quickpoll.health import health
from quickpoll.settings import SETTINGS, load

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/k8s"
OPTIONAL = {"httproute.yaml", "podmonitor.yaml"}
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
NAME = "app.kubernetes.io/name"


def read(name: str) -> dict[str, Any]:
    (found,) = yaml.safe_load_all((FOLDER / name).read_text())
    assert isinstance(found, dict)
    return found


OBJECTS = {path.name: read(path.name) for path in FOLDER.glob("*.yaml") if path.name != "kustomization.yaml"}
WORKLOADS = {o["metadata"]["name"]: o for o in OBJECTS.values() if o["kind"] in ("Deployment", "StatefulSet")}


def container(name: str) -> dict[str, Any]:
    (found,) = WORKLOADS[name]["spec"]["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def probes(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in ("startupProbe", "livenessProbe", "readinessProbe"):
        yield kind, container(name)[kind]


def test_every_file_is_listed_or_said_to_be_optional() -> None:
    listed = set(KUSTOMIZATION["resources"])
    assert listed.isdisjoint(OPTIONAL)
    assert listed | OPTIONAL == set(OBJECTS)
    text = (FOLDER / "kustomization.yaml").read_text()
    assert all(name in text for name in OPTIONAL)


def test_every_selector_finds_a_workload() -> None:
    labels = {name: workload["spec"]["template"]["metadata"]["labels"] for name, workload in WORKLOADS.items()}
    for name, workload in WORKLOADS.items():
        assert workload["spec"]["selector"]["matchLabels"].items() <= labels[name].items()
    for file, found in OBJECTS.items():
        spec = found.get("spec", {})
        selector = spec.get("podSelector", spec.get("selector", {}))
        if found["kind"] in ("NetworkPolicy", "PodDisruptionBudget"):
            selector = selector["matchLabels"]
        if found["kind"] in ("NetworkPolicy", "PodDisruptionBudget", "Service"):
            assert selector == {NAME: found["metadata"]["name"]}, file
            assert found["metadata"]["name"] in WORKLOADS
    target = OBJECTS["gateway-autoscaler.yaml"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", "gateway")
    assert "replicas" not in WORKLOADS["gateway"]["spec"]  # each apply would undo what the autoscaler did


def test_every_port_that_is_named_is_one_of_the_container_and_of_the_image() -> None:
    exposed = {int(port) for line in re.findall(r"^EXPOSE (.+)$", DOCKERFILE, re.MULTILINE) for port in line.split()}
    ports = {name: {port["name"]: port["containerPort"] for port in container(name)["ports"]} for name in WORKLOADS}
    for name in ("gateway", "coordinator"):
        assert set(ports[name].values()) <= exposed
    for found in OBJECTS.values():
        name = found["metadata"]["name"]
        if found["kind"] == "Service":
            assert all(port["targetPort"] in ports[name] for port in found["spec"]["ports"])
        elif found["kind"] == "NetworkPolicy":
            assert all(port["port"] in ports[name] for rule in found["spec"]["ingress"] for port in rule["ports"])
        elif found["kind"] == "PodMonitor":
            assert all(endpoint["port"] in ports["gateway"] for endpoint in found["spec"]["podMetricsEndpoints"])


@pytest.mark.parametrize("name", ["gateway", "coordinator"])
async def test_probes_ask_what_is_answered(name: str) -> None:
    async def ready() -> tuple[bool, str]:
        return False, ""

    for kind, probe in probes(name):
        assert probe["httpGet"]["port"] == "admin"
        answer = await health(probe["httpGet"]["path"], ready, tells_why=True)
        assert answer
        # Only readiness may depend on others: a restart repairs no Redis.
        assert (answer[0] is HTTPStatus.OK) == (kind != "readinessProbe")


def test_there_is_time_to_drain() -> None:
    pod = WORKLOADS["gateway"]["spec"]["template"]["spec"]
    (_, waits) = container("gateway")["lifecycle"]["preStop"]["exec"]["command"]
    readiness = dict(probes("gateway"))["readinessProbe"]
    assert readiness["failureThreshold"] * readiness["periodSeconds"] <= int(waits)
    assert pod["terminationGracePeriodSeconds"] > int(waits) + 2 * GATEWAY_DRAIN_S


@pytest.mark.parametrize("name", list(WORKLOADS))
def test_containers_have_no_rights(name: str) -> None:
    pod = WORKLOADS[name]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    rights = container(name)["securityContext"]
    assert rights["readOnlyRootFilesystem"] is True
    assert rights["allowPrivilegeEscalation"] is False
    assert rights["capabilities"] == {"drop": ["ALL"]}


def test_every_variable_is_a_setting_and_its_value_is_allowed() -> None:
    data = OBJECTS["config.yaml"]["data"]
    known = {setting.variable for setting in SETTINGS}
    assert set(data) <= known
    load({}, data)
    for name in ("gateway", "coordinator"):
        assert container(name)["envFrom"] == [{"configMapRef": {"name": OBJECTS["config.yaml"]["metadata"]["name"]}}]
        (secret,) = container(name)["env"]
        assert secret["name"] == "QUICKPOLL_SECRET"
        assert secret["valueFrom"]["secretKeyRef"] == {"name": "quickpoll", "key": "secret"}
        assert container(name)["args"] == [name]


def test_the_network_lets_players_figures_and_valkeys_clients_in_and_nobody_else() -> None:
    policies = {o["metadata"]["name"]: o["spec"]["ingress"] for o in OBJECTS.values() if o["kind"] == "NetworkPolicy"}
    assert set(policies) == set(WORKLOADS)
    assert all("from" in rule and "ports" in rule for rules in policies.values() for rule in rules)
    (rule,) = policies["redis"]
    assert {peer["podSelector"]["matchLabels"][NAME] for peer in rule["from"]} == {"gateway", "coordinator"}


def test_a_websocket_outlives_the_balancers_patience() -> None:
    annotations = OBJECTS["ingress.yaml"]["metadata"]["annotations"]
    for way in ("read", "send"):
        assert int(annotations[f"nginx.ingress.kubernetes.io/proxy-{way}-timeout"]) > 40
    (websocket, _) = OBJECTS["httproute.yaml"]["spec"]["rules"]
    assert websocket["matches"][0]["path"]["value"] == "/ws"
    assert set(websocket["timeouts"].values()) == {"0s"}


def test_valkey_keeps_what_it_accepts_as_in_the_compose_file() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    assert container("redis")["args"] == compose["services"]["redis"]["command"]
    (claim,) = WORKLOADS["redis"]["spec"]["volumeClaimTemplates"]
    assert container("redis")["volumeMounts"] == [{"name": claim["metadata"]["name"], "mountPath": "/data"}]
