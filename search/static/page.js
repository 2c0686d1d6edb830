/* Makes the page quicker; everything works without it. No library, nothing from elsewhere. */
"use strict";

const box = document.getElementById("q");

/* Filters load by themselves after the hits. */
for (const place of document.querySelectorAll("[data-load]")) {
  fetch(place.dataset.load, { headers: { "X-Part": "1" } })
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(answer.status))))
    .then((part) => { place.innerHTML = part; enliven(place); })
    .catch(() => { place.dataset.failed = "1"; });  // the link in it still leads to them
}
enliven(document);

function enliven(part) {
  part.querySelectorAll("svg[data-brush]").forEach(brush);
  part.querySelectorAll("svg[data-map]").forEach(pan);
}

/* Keys: / to the search box, j and k through the stories. */
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && box) {
    event.preventDefault();
    box.focus();
    box.select();
  } else if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll(".hit .title a")];
    const at = links.indexOf(document.activeElement);
    const next = links[at < 0 ? 0 : at + (event.key === "j" ? 1 : -1)];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  }
});

/* Suggestions below the box. */
const list = document.getElementById("suggestions");
if (box && list) {
  let waiting = 0;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(suggest, 120);
  });
  const keep = (event) => {
    if (event.key === "Escape") { close(); box.focus(); return; }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [...list.querySelectorAll("a")];
    if (!links.length || list.hidden) return;
    event.preventDefault();
    const next = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (links[next] || box).focus();
  };
  box.addEventListener("keydown", keep);
  list.addEventListener("keydown", keep);
  document.addEventListener("click", (event) => { if (!event.target.closest(".box")) close(); });
}

function close() { list.hidden = true; list.textContent = ""; }

async function suggest() {
  const typed = box.value;
  if (typed.trim().length < 2) { close(); return; }
  const answer = await fetch("/suggest?q=" + encodeURIComponent(typed)).catch(() => null);
  if (!answer || !answer.ok || box.value !== typed) return;
  list.innerHTML = await answer.text();
  list.hidden = !list.querySelector("a");
}

/* Drag over the timeline: these days only. A click on a bar is a link of its own. */
function brush(svg) {
  const shade = svg.querySelector(".brushed");
  const bars = [...svg.querySelectorAll("a")];
  let from = null;
  const at = (event) => {
    const box = svg.getBoundingClientRect();
    return Math.max(0, Math.min(720, ((event.clientX - box.left) / box.width) * 720));
  };
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("pointerdown", (event) => { from = at(event); });
  svg.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const to = at(event);
    shade.setAttribute("x", Math.min(from, to));
    shade.setAttribute("width", Math.abs(to - from));
  });
  document.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const [low, high] = [from, at(event)].sort((a, b) => a - b);
    from = null;
    shade.setAttribute("width", 0);
    if (high - low < 6) return;
    const inside = bars.filter((bar) => {
      const reach = bar.querySelector(".reach");
      const x = Number(reach.getAttribute("x"));
      return x + Number(reach.getAttribute("width")) > low && x < high;
    });
    if (!inside.length) return;
    svg.addEventListener("click", (click) => click.preventDefault(), { capture: true, once: true });
    location.href = svg.dataset.brush
      .replace("FIRST+TO+LAST", `${inside[0].dataset.first}+TO+${inside[inside.length - 1].dataset.last}`);
  });
}

/* Pan the map by dragging, zoom by its buttons. */
function pan(svg) {
  let [x, y, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  const whole = width;
  let last = null;
  let moved = 0;
  const show = () => {
    svg.setAttribute("viewBox", `${x} ${y} ${width} ${height}`);
    for (const circle of svg.querySelectorAll("circle")) {
      circle.dataset.radius ||= circle.getAttribute("r");
      circle.setAttribute("r", circle.dataset.radius * (width / whole) ** 0.6);
    }
  };
  const zoom = (times) => {
    const wide = Math.max(whole / 16, Math.min(whole, width * times));
    x += (width - wide) / 2;
    y += (height - height * wide / width) / 2;
    height *= wide / width;
    width = wide;
    show();
  };
  const buttons = document.createElement("p");
  buttons.className = "zoom";
  for (const [sign, name, times] of [["+", "Zoom in", 0.5], ["−", "Zoom out", 2]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", () => zoom(times));
    buttons.append(button);
  }
  svg.parentElement.append(buttons);
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener("pointerdown", (event) => { last = event; moved = 0; });
  svg.addEventListener("pointermove", (event) => {
    if (!last) return;
    const scale = width / svg.getBoundingClientRect().width;
    x -= (event.clientX - last.clientX) * scale;
    y -= (event.clientY - last.clientY) * scale;
    moved += Math.abs(event.clientX - last.clientX) + Math.abs(event.clientY - last.clientY);
    last = event;
    show();
  });
  document.addEventListener("pointerup", () => { last = null; });
  svg.addEventListener("click", (event) => { if (moved > 6) event.preventDefault(); }, { capture: true });
}
