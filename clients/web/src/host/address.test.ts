// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { tokenFor } from "../wire/tokens";
import { readAddress, remoteLink, showAddress } from "./address";

beforeEach(() => localStorage.clear());

test("the link for the remote is kept, and its token leaves the address at once", () => {
  const link = new URL(remoteLink("http://h", "123456", "v1.abc-_.xyz"));
  location.hash = link.hash;
  expect(readAddress()).toEqual({ code: "123456", remote: true });
  expect(tokenFor("host", "123456")).toBe("v1.abc-_.xyz");
  expect(location.href).not.toContain("abc");
});

test("the token of the link is in the fragment, which is sent to nobody", () => {
  const link = new URL(remoteLink("http://h", "123456", "token"));
  expect(link.pathname + link.search).toBe("/host");
});

test("after a reload the page is still the remote, or still the stage", () => {
  showAddress("123456", true);
  expect(readAddress()).toEqual({ code: "123456", remote: true });
  showAddress("123456");
  expect(readAddress()).toEqual({ code: "123456", remote: false });
});

test.each(["", "#remote=", "#remote=123456", "#remote=12.token", "#12345", "#1234567"])(
  "%j names no session",
  (hash) => {
    location.hash = hash;
    expect(readAddress()).toEqual({ code: null, remote: false });
  },
);
