/** Runs before each test file: no server is there to be asked, unless a test says what it answers. */

globalThis.fetch = () => Promise.reject(new TypeError("no server is there"));
