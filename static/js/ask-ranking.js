// Putting things in order: touch what comes first, drag, or move with the arrows. The select boxes that work without this
// script stay what is sent.
(function () {
  "use strict";

  const all = (root, what) => Array.from(root.querySelectorAll(what));

  window.cdpRanking = function (box, words, live, settle) {
    const selects = all(box, "select");
    const names = new Map(all(selects[0], "option").filter((one) => one.value).map((one) => [one.value, one.textContent]));
    let placed = Array.from(new Set(selects.map((one) => one.value).filter(Boolean)));
    const list = document.createElement("ol");
    const pool = document.createElement("div");
    list.className = "ask-ranked";
    pool.className = "ask-pool";
    pool.setAttribute("role", "group");
    const hint = document.createElement("p");
    hint.className = "ask-hint";
    hint.textContent = words.choose;
    box.before(hint);
    pool.setAttribute("aria-label", words.choose);
    all(box, ".ask-place").forEach((place) => (place.hidden = true));
    box.append(list, pool);

    function button(text, label, act, isOff) {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = text;
      made.setAttribute("aria-label", label);
      made.disabled = Boolean(isOff);
      made.addEventListener("click", act);
      return made;
    }
    function move(key, to, focus) {
      placed = placed.filter((one) => one !== key);
      if (to >= 0) placed.splice(to, 0, key);
      draw();
      if (to >= 0) live(names.get(key) + " " + words.moved + " " + (to + 1));
      const item = focus && list.children[to];
      const next = item ? item.querySelector("[data-act=" + focus + "]:enabled") || item.querySelector("button:enabled") : null;
      if (next) next.focus();
      else if (focus) (pool.querySelector("button") || list.querySelector("button:enabled") || box).focus();
      settle();
    }
    function item(key, at) {
      const row = document.createElement("li");
      const text = document.createElement("span");
      text.textContent = names.get(key);
      const up = button("↑", words.up + ": " + names.get(key), () => move(key, at - 1, "up"), at === 0);
      const down = button("↓", words.down + ": " + names.get(key), () => move(key, at + 1, "down"), at === placed.length - 1);
      const out = button("×", words.out + ": " + names.get(key), () => move(key, -1, "out"));
      up.dataset.act = "up";
      down.dataset.act = "down";
      row.append(text, up, down, out);
      row.addEventListener("pointerdown", (event) => drag(event, row, key));
      return row;
    }
    // The list holds the pointer: a row loses it as soon as it is put in another place.
    function drag(event, row, key) {
      if (event.button || event.target.closest("button")) return;
      const held = new AbortController();
      const on = (name, act) => list.addEventListener(name, act, { signal: held.signal });
      list.setPointerCapture(event.pointerId);
      row.classList.add("is-dragged");
      on("pointermove", (moved) => {
        const rows = all(list, "li");
        const other = rows.find((one) => {
          const place = one.getBoundingClientRect();
          return one !== row && moved.clientY > place.top && moved.clientY < place.bottom;
        });
        if (!other) return;
        if (rows.indexOf(row) < rows.indexOf(other)) other.after(row);
        else other.before(row);
      });
      on("pointerup", () => {
        held.abort();
        move(key, all(list, "li").indexOf(row));
      });
      on("pointercancel", () => {
        held.abort();
        draw();
      });
    }
    function draw() {
      selects.forEach((select, at) => (select.value = placed[at] || ""));
      list.replaceChildren(...placed.map(item));
      const rest = Array.from(names.keys()).filter((key) => !placed.includes(key));
      const isFull = placed.length >= selects.length;
      pool.replaceChildren(...rest.map((key) => button(names.get(key), names.get(key), () => move(key, placed.length, "pool"), isFull)));
      list.hidden = !placed.length;
      pool.hidden = !rest.length;
    }
    draw();
  };
})();
