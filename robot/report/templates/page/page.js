"use strict";
(() => {
  const root = document.documentElement;
  const say = (language) => {
    root.lang = language;
    document.title = root.dataset[language];
  };
  for (const choice of document.querySelectorAll("input[name=say]")) {
    choice.addEventListener("change", () => say(choice.value));
    if (choice.checked) say(choice.value); // a browser may remember the choice when the page is loaded again
  }

  const large = document.getElementById("large");
  const frames = [...document.querySelectorAll(".film button")];
  if (large && frames.length) {
    const image = large.querySelector("img");
    const caption = large.querySelector("p");
    let at = 0;
    const show = (number) => {
      at = (number + frames.length) % frames.length;
      image.src = frames[at].querySelector("img").src;
      caption.replaceChildren(frames[at].querySelector(".caption").cloneNode(true));
      caption.querySelector(".unseen").remove(); // what the button says of itself
    };
    const ways = { previous: () => show(at - 1), next: () => show(at + 1), close: () => large.close() };
    frames.forEach((frame, number) => frame.addEventListener("click", () => { show(number); large.showModal(); large.querySelector("[value=close]").focus(); }));
    for (const button of large.querySelectorAll("button")) button.addEventListener("click", ways[button.value]);
    large.addEventListener("click", (event) => { if (event.target === large) large.close(); });
    large.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: ways.previous, ArrowRight: ways.next }[event.key];
      if (way) { event.preventDefault(); way(); }
    });
    large.addEventListener("close", () => frames[at].focus());
  }

  // Found without diacritics too: who looks for "hoa binh" means "Hòa Bình".
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
  for (const tools of document.querySelectorAll(".tools-night")) {
    const night = tools.closest("section");
    const sought = tools.querySelector("input[type=search]");
    const kinds = [...tools.querySelectorAll("input[type=checkbox]")];
    const groups = [...night.querySelectorAll(".group")].map((group) => ({
      group,
      open: group.open,
      rows: [...group.querySelectorAll("tbody tr")].map((row) => ({
        row,
        text: plain(`${group.querySelector("summary").dataset.name} ${row.textContent}`),
      })),
    }));
    const sift = () => {
      const words = plain(sought.value).split(/\s+/).filter(Boolean);
      const wanted = new Set(kinds.filter((kind) => kind.checked).map((kind) => kind.value));
      const narrowed = words.length > 0 || wanted.size < kinds.length;
      let found = 0;
      for (const { group, open, rows } of groups) {
        let own = 0;
        for (const { row, text } of rows) {
          const fits = wanted.has(row.dataset.result) && words.every((word) => text.includes(word));
          row.hidden = !fits;
          own += fits;
        }
        group.hidden = own === 0;
        group.open = narrowed ? own > 0 : open;
        found += own;
      }
      tools.querySelector("output b").textContent = found;
    };
    for (const input of [sought, ...kinds]) input.addEventListener("input", sift);
  }

  addEventListener("beforeprint", () => { for (const part of document.querySelectorAll("details")) part.open = true; });
})();
