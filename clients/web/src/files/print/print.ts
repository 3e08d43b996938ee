/** Hands a component to the printer: for as long as it is printed, paper shows it alone; on the screen nothing changes. */

import { type Component, mount, unmount } from "svelte";

const PRINTING = "printing";

/** Prints a component of this kind with these properties. */
export async function printOut<Props extends Record<string, unknown>>(
  component: Component<Props>,
  props: Props,
): Promise<void> {
  const paper = document.createElement("div");
  paper.className = "paper";
  document.body.append(paper);
  const drawn = mount(component, { target: paper, props });
  document.documentElement.classList.add(PRINTING);
  const over = () => {
    document.documentElement.classList.remove(PRINTING);
    void unmount(drawn);
    paper.remove();
  };
  addEventListener("afterprint", over, { once: true });
  // A picture that cannot be drawn stops nobody.
  await Promise.all([...paper.querySelectorAll("img")].map((image) => image.decode().catch(() => {})));
  print();
}
