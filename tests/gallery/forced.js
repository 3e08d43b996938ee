// What cannot be told apart where the reader's own colours are forced on the page; run in the page, one line a fault.
() => {
  const wrong = [];
  const seen = (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && one.getBoundingClientRect().width > 0;
  const said = (one) => `<${one.localName}.${String(one.className).split(" ")[0]}> ${one.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}`;
  const none = (colour) => colour === "transparent" || /^rgba\(.*, 0\)$|\/ 0\)$/.test(colour);
  const ground = (one) => {
    for (let up = one; up; up = up.parentElement) {
      const colour = getComputedStyle(up).backgroundColor;
      if (!none(colour)) return colour;
    }
    return getComputedStyle(document.documentElement).backgroundColor;
  };
  const look = (one) => {
    const own = getComputedStyle(one);
    const around = getComputedStyle(one.closest("li") ?? one);
    const signs = [...one.querySelectorAll("svg")].filter(seen).length;
    const inside = [...one.querySelectorAll("span")].map((part) => getComputedStyle(part).backgroundColor);
    const behind = getComputedStyle(one, "::after").content;
    return [ground(one), own.color, own.boxShadow, own.outline, own.border, own.fontWeight, behind, around.border, around.boxShadow, signs, ...inside].join(" ");
  };

  // A bar is nothing but a colour; where a text stands on it, the text says it as well.
  for (const bar of document.querySelectorAll('[style*="--share"]')) {
    const share = Number(getComputedStyle(bar).getPropertyValue("--share"));
    if (!(share > 0) || bar.textContent.trim() || !seen(bar)) continue;
    const colour = getComputedStyle(bar).backgroundColor;
    if (none(colour) || colour === ground(bar.parentElement)) wrong.push(`a bar that is not seen: ${said(bar.closest("li, tr, p, div") ?? bar)}`);
  }

  // What is chosen looks other than what is not.
  const chosen = (one) =>
    one.matches('[aria-pressed="true"], [aria-current="true"], [aria-checked="true"]') || one.querySelector(":scope > :checked") !== null;
  const kin = new Map();
  for (const one of document.querySelectorAll("[aria-pressed], [aria-current], [aria-checked], label:has(> input[type=radio])")) {
    if (!seen(one)) continue;
    const group = one.closest("[role=group], fieldset, ol, ul") ?? one.parentElement;
    kin.set(group, [...(kin.get(group) ?? []), one]);
  }
  for (const all of kin.values()) {
    const others = new Set(all.filter((one) => !chosen(one)).map(look));
    for (const one of all) if (chosen(one) && others.has(look(one))) wrong.push(`chosen, and looks like the others: ${said(one)}`);
  }

  // So does what is right.
  for (const one of document.querySelectorAll("li.right, li.correct, .tile.right, .tile.correct")) {
    const others = [...one.parentElement.children].filter((other) => other !== one && other.className !== one.className);
    if (seen(one) && others.some((other) => look(other) === look(one))) wrong.push(`right, and looks like the others: ${said(one)}`);
  }
  return [...new Set(wrong)];
}
