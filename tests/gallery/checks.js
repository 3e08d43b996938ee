// What is wrong with a page as it is drawn now; run in the page. Each fault is one line of text.
({ stage, main }) => {
  const wrong = [];
  const width = document.documentElement.clientWidth;
  const height = innerHeight;
  const name = (one) => {
    const said = one.textContent.trim().replace(/\s+/g, " ").slice(0, 40);
    return `<${one.localName}${one.className && typeof one.className === "string" ? "." + one.className.split(" ")[0] : ""}> ${said}`;
  };
  const scope = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document.body;
  // A popover that is above the dialog is to be read, too.
  const hidden = (one) => one.closest(".visually-hidden, [aria-hidden=true], [aria-live]:not([role=status]), option, svg") !== null || getComputedStyle(one).clipPath === "inset(50%)";

  /** The part of a text that its ancestors let be seen. */
  const seenPart = (one, box) => {
    let { left, right, top, bottom } = box;
    let scrolls = false;
    for (let up = one; up && up !== document.documentElement; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.position === "fixed") break;
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      if (up === document.body) continue;
      const clip = up.getBoundingClientRect();
      if (["auto", "scroll"].includes(style.overflowY) && up.scrollHeight > up.clientHeight + 1) scrolls = true;
      if (["auto", "scroll"].includes(style.overflowX) && up.scrollWidth > up.clientWidth + 1) scrolls = true;
      left = Math.max(left, clip.left);
      right = Math.min(right, clip.right);
      top = Math.max(top, clip.top);
      bottom = Math.min(bottom, clip.bottom);
    }
    return { left, right, top, bottom, scrolls };
  };

  if (document.documentElement.scrollWidth > width + 1) wrong.push(`wider than the screen: ${document.documentElement.scrollWidth} px of ${width}`);

  const texts = [];
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const one = node.parentElement;
    if (!node.textContent.trim() || hidden(one) || !one.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 2 || box.height < 2) continue;
      const part = seenPart(one, box);
      if (part.right - part.left < 1 || part.bottom - part.top < 1) {
        if (!part.scrolls) wrong.push(`cut off altogether: ${name(one)}`);
        continue;
      }
      const whole = { left: box.left, right: box.right, top: box.top, bottom: box.bottom };
      // A line box is higher than its letters.
      const slack = box.height * 0.25;
      const cut = part.left > whole.left + 2 || part.right < whole.right - 2 || part.top > whole.top + slack || part.bottom < whole.bottom - slack;
      const ellipsis = [one, one.parentElement].some((up) => up && getComputedStyle(up).textOverflow === "ellipsis");
      const told = one.closest("[title]") !== null;
      if (cut && !part.scrolls && !(ellipsis && told)) wrong.push(`cut off: ${name(one)}`);
      if (part.left < -1 || part.right > width + 1) wrong.push(`outside the screen: ${name(one)}`);
      texts.push({ one, box: part, size: parseFloat(getComputedStyle(one).fontSize) });
    }
  }

  const layer = (one) => {
    for (let up = one; up; up = up.parentElement) if (["fixed", "sticky"].includes(getComputedStyle(up).position)) return up;
    return null;
  };
  const layers = new Map(texts.map(({ one }) => [one, layer(one)]));
  for (let i = 0; i < texts.length; i++) {
    for (let j = i + 1; j < texts.length; j++) {
      const [a, b] = [texts[i], texts[j]];
      if (a.one === b.one || layers.get(a.one) !== layers.get(b.one)) continue;
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const slack = Math.min(a.box.bottom - a.box.top, b.box.bottom - b.box.top) * 0.35;
      const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (wide > 3 && high > slack) wrong.push(`printed over each other: ${name(a.one)} and ${name(b.one)}`);
    }
  }

  if (main) {
    const button = [...document.querySelectorAll("button, a")].find((one) => one.textContent.trim() === main);
    const box = button?.getBoundingClientRect();
    if (!box) wrong.push(`no ${main}`);
    else if (box.bottom > height + 1 || box.top < 0 || box.right > width + 1 || box.left < -1) wrong.push(`${main} is out of sight`);
  }

  if (stage && width >= 1280 && height >= 700) {
    for (const { one, size } of texts) {
      const least = one.closest("footer") ? 0 : one.closest("[data-large], h1, main [data-option]") ? stage.large : stage.small;
      if (size < (least * height) / 100 - 0.1) wrong.push(`too small for the last row, ${((size / height) * 100).toFixed(2)} vh: ${name(one)}`);
    }
    const shown = document.querySelector("main");
    if (shown && shown.scrollHeight > shown.clientHeight + 1) wrong.push(`the stage scrolls: ${shown.scrollHeight} px of ${shown.clientHeight}`);
    if (document.documentElement.scrollHeight > height + 1) wrong.push(`the stage is higher than the screen: ${document.documentElement.scrollHeight}`);
  }
  return [...new Set(wrong)];
}
