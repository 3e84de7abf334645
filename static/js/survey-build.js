// The build page: questions are dragged to their place; the values of a question are offered for its comparison.
(() => {
  "use strict";
  const board = document.querySelector("[data-build]");
  if (board) {
    // Whoever moves a question by keyboard stays at the button they pressed, to press it again.
    const moved = document.getElementById(location.hash.slice(1));
    const again = moved && moved.querySelector(`button[value="${sessionStorage.getItem("survey-step")}"]`);
    sessionStorage.removeItem("survey-step");
    if (again) {
      // Going to a place within the page takes the focus away, and ends with the loading.
      addEventListener("load", () => requestAnimationFrame(() => again.focus({ preventScroll: true })));
    }
    board.addEventListener("submit", (event) => {
      if (event.submitter && ["up", "down"].includes(event.submitter.value)) {
        sessionStorage.setItem("survey-step", event.submitter.value);
      }
    });
    let dragged = null;
    const clear = () => board.querySelectorAll(".is-target").forEach((one) => one.classList.remove("is-target"));
    board.querySelectorAll("[data-number]").forEach((one) => one.setAttribute("draggable", "true"));
    board.addEventListener("dragstart", (event) => {
      dragged = event.target.closest("[data-number]");
      if (!dragged) return;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", dragged.id);
      dragged.classList.add("is-dragged");
    });
    board.addEventListener("dragend", () => {
      if (dragged) dragged.classList.remove("is-dragged");
      dragged = null;
      clear();
    });
    board.addEventListener("dragover", (event) => {
      const list = event.target.closest("[data-page]");
      if (!dragged || !list) return;
      event.preventDefault();
      clear();
      (event.target.closest("[data-number]") || list).classList.add("is-target");
    });
    board.addEventListener("drop", (event) => {
      const list = event.target.closest("[data-page]");
      if (!dragged || !list) return;
      event.preventDefault();
      const before = event.target.closest("[data-number]");
      const form = document.getElementById("step");
      const told = {
        action: "move",
        page: dragged.closest("[data-page]").dataset.page,
        number: dragged.dataset.number,
        to_page: list.dataset.page,
        to: before ? before.dataset.number : list.querySelectorAll("[data-number]").length,
      };
      Object.entries(told).forEach(([name, value]) => {
        const field = document.createElement("input");
        field.type = "hidden";
        field.name = name;
        field.value = value;
        form.append(field);
      });
      form.submit();
    });
  }
  const helper = document.querySelector("[data-condition]");
  if (helper) {
    const question = helper.querySelector("select");
    const list = helper.querySelector("datalist");
    const typed = helper.querySelector("[name=cond_value]");
    const chosen = document.createElement("select");
    chosen.className = "form-select";
    chosen.name = typed.name;
    chosen.setAttribute("aria-label", typed.getAttribute("aria-label"));
    question.addEventListener("change", () => {
      // Where one of a few is the answer it is chosen, by the words people know it by.
      const choices = JSON.parse(question.selectedOptions[0].dataset.choices || "[]");
      chosen.replaceChildren(...choices.map(([key, words]) => new Option(words || key, key)));
      const [shown, hidden] = choices.length ? [chosen, typed] : [typed, chosen];
      if (hidden.isConnected) hidden.replaceWith(shown);
      const values = question.selectedOptions[0].dataset.values || "";
      list.replaceChildren(
        ...values
          .split("|")
          .filter(Boolean)
          .map((value) => new Option(value, value)),
      );
    });
  }
})();
