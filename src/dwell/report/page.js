// Marks the section that is read, shows the text of a mark at once, and prints what is folded. Without it the page has all content.
(() => {
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const bar = document.querySelector("nav ol");
  const mark = () => {
    const sections = [...document.querySelectorAll("main > section")];
    const read = sections.filter((section) => section.getBoundingClientRect().top < 120).pop() || sections[0];
    const link = links.get(read.id);
    if (!link || link.hasAttribute("aria-current")) return;
    links.forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "true");
    bar.scrollLeft = link.offsetLeft - (bar.clientWidth - link.offsetWidth) / 2;
  };
  addEventListener("scroll", mark, { passive: true });
  mark();

  const folds = [...document.querySelectorAll("details.fold:not([open])")];
  addEventListener("beforeprint", () => folds.forEach((fold) => (fold.open = true)));
  addEventListener("afterprint", () => folds.forEach((fold) => (fold.open = false)));

  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  document.body.append(tip);
  document.querySelectorAll(".plot title").forEach((title) => {
    title.parentNode.dataset.tip = title.textContent;
    title.remove();
  });
  const move = (event) => {
    const left = Math.min(event.clientX + 14, document.documentElement.clientWidth - tip.offsetWidth - 8);
    const below = event.clientY + 18 + tip.offsetHeight < window.innerHeight;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${below ? event.clientY + 18 : event.clientY - tip.offsetHeight - 12}px`;
  };
  document.addEventListener("pointerover", (event) => {
    const marked = event.target.closest("[data-tip]");
    tip.hidden = !marked;
    if (marked) {
      tip.textContent = marked.dataset.tip;
      move(event);
    }
  });
  document.addEventListener("pointermove", (event) => tip.hidden || move(event));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tip.hidden = true;
  });
})();
