/**
 * A server that was updated goes on serving the parts of this page for a week (gateway/shared_files.py). Where one is gone
 * all the same, the page starts again, as the new version, and resumes; it does not when a part fails for another reason,
 * such as the network.
 */

interface Here {
  /** The path of this page's script, which holds a hash of its content. */
  script: string;
  /** The page as the server gives it now. */
  page: () => Promise<string>;
  reload: () => void;
}

const here: Here = {
  get script() {
    return new URL(document.querySelector<HTMLScriptElement>("script[type=module][src]")!.src).pathname;
  },
  page: async () => (await fetch(location.pathname, { cache: "no-store" })).text(),
  reload: () => location.reload(),
};

export function startAgainAfterUpdates(): void {
  window.addEventListener("vite:preloadError", () => void startAgainIfUpdated());
}

/** Whether the server has another version of this page, with which it starts again. */
export async function startAgainIfUpdated({ script, page, reload }: Here = here): Promise<boolean> {
  const now = await page().catch(() => "");
  const updated = now.includes("<script") && !now.includes(script);
  if (updated) reload();
  return updated;
}
