// Keeps a page as the books are: its inner part is fetched again and put in the old one's place, only where something has changed.
"use strict";
const live = document.querySelector("[data-every]");
let tag = live ? live.dataset.tag : "";

// A click is two events on one element: were it replaced between them, the click would be lost. Whoever presses is waited for.
let pressed = false;
const presses = (is) => (event) => {
  if (event.type.startsWith("key") && event.key !== " ") return;
  if (is) pressed = true;
  else setTimeout(() => (pressed = false)); // the click itself comes after this event
};
for (const name of ["pointerdown", "keydown"]) addEventListener(name, presses(true), true);
for (const name of ["pointerup", "pointercancel", "keyup", "blur"]) addEventListener(name, presses(false), true);

// What stands in a part with a key is a person's to type in: it stays as it is while the new page has it, too.
function replace(html) {
  // Before anything is moved: what is taken out of the page has no focus any more.
  const at = document.activeElement;
  const [from, to] = at && at.type === "text" ? [at.selectionStart, at.selectionEnd] : [null, null];
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  for (const part of live.querySelectorAll("[data-key]")) {
    const same = fresh.content.querySelector(`[data-key="${CSS.escape(part.dataset.key)}"]`);
    if (same && same !== part) same.replaceWith(part);
  }
  live.replaceChildren(fresh.content);
  if (at && at !== document.activeElement && live.contains(at)) {
    at.focus({ preventScroll: true });
    if (from !== null) at.setSelectionRange(from, to);
  }
}

// A table that is wider than its place is moved sideways: by the arrow keys, too.
function reachable() {
  for (const part of document.querySelectorAll(".scroll")) {
    if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
    else part.removeAttribute("tabindex");
  }
}

async function look() {
  if (document.hidden) return;
  try {
    const headers = tag ? { "X-Live": "1", "If-None-Match": tag } : { "X-Live": "1" };
    const answer = await fetch(location.href, { headers, cache: "no-store", redirect: "error" });
    if (!answer.ok && answer.status !== 304) throw new Error(String(answer.status));
    document.body.classList.remove("stale");
    if (answer.status === 304) return;
    const html = await answer.text();
    if (pressed) return;
    replace(html);
    reachable();
    tag = answer.headers.get("etag") || "";
  } catch {
    document.body.classList.add("stale");
  }
}

async function always() {
  await look();
  setTimeout(always, Number(live.dataset.every) * 1000);
}
if (live) always();
addEventListener("resize", reachable);
reachable();
