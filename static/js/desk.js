// The counter and the phone: arrows through what was found, Ctrl-Enter to save, a camera that reads codes where the
// browser can. Everything works without it.
(function () {
  "use strict";

  const field = document.querySelector("[data-desk-field]");
  const matches = () => Array.from(document.querySelectorAll("[data-desk-match]"));

  // A number that a telephone system put into the address does not stay there, nor in the history.
  if (location.search.includes("number=")) history.replaceState(null, "", location.pathname);

  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = document.querySelector("[data-desk-sheet]");
      if (form) {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !field) return;
    const found = matches();
    const at = found.indexOf(document.activeElement);
    if (!found.length || (document.activeElement !== field && at < 0)) return;
    event.preventDefault();
    const next = at + step;
    (next < 0 ? field : found[Math.min(next, found.length - 1)]).focus();
  });

  // data-confirm-if-changed: handing the tablet over asks only where something was typed and not saved, or was refused.
  let typed = false;
  const mark = (event) => (typed = typed || !!(event.target.form && event.target.form.id === "sheet"));
  ["input", "change"].forEach((type) => document.addEventListener(type, mark));
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.dataset.confirmIfChanged === undefined || typed || document.querySelector("#sheet [aria-invalid=true]"))
        return;
      form.dataset.confirmed = "yes";
    },
    true,
  );

  // A radio button that is pressed once more is let go: nothing has to be chosen.
  document.addEventListener("mousedown", (event) => {
    const choice = event.target.closest && event.target.closest(".desk-choice");
    const input = choice && choice.querySelector("input[type=radio]");
    if (input && input.checked) {
      choice.addEventListener("click", () => (input.checked = false), { once: true });
    }
  });

  // All points that fit, with one press; the bill follows as if they had been typed.
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-desk-points]");
    const points = document.querySelector("#sale [name=points]");
    if (!button || !points) return;
    points.value = button.dataset.deskPoints;
    points.dispatchEvent(new Event("input", { bubbles: true }));
    points.focus();
  });

  // What was shown of a return is no longer so once something else is chosen.
  const taking = document.querySelector("[data-desk-return]");
  if (taking) {
    taking.addEventListener("input", (event) => {
      if (event.target.name !== "reason") document.getElementById("outcome").replaceChildren();
    });
  }

  // An answer that is written or chosen takes the place of "not now", and the other way round: both cannot be meant.
  const sheet = document.querySelector("[data-desk-sheet]");
  if (sheet) {
    const replies = () => sheet.querySelectorAll("[data-desk-replies] input");
    const answers = () => sheet.querySelectorAll("[name^=answer_]");
    sheet.addEventListener("input", (event) => {
      const one = event.target;
      if (one.name === "reply" && one.checked) {
        answers().forEach((answer) => {
          if (answer.matches("[type=radio], [type=checkbox]")) answer.checked = false;
          else if (answer.matches("select")) answer.value = "";
        });
      } else if (one.name.startsWith("answer_") && (one.checked || one.value.trim())) {
        replies().forEach((reply) => (reply.checked = false));
        answers().forEach((other) => {
          if (other === one) return;
          if (other.matches("select")) other.value = "";
          else if (one.matches("select") && other.matches("[type=radio]")) other.checked = false;
        });
      }
    });
    // Enter in a field of the sheet does not save half a purchase: a scanner ends every number with it.
    sheet.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && event.target.matches("#sale input")) event.preventDefault();
    });
  }

  // --- camera ----------------------------------------------------------------------------------------------------
  const button = document.querySelector("[data-desk-scan]");
  const dialog = document.getElementById("desk-camera");
  if (!button || !dialog || !field) return;
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;
  button.hidden = false;
  const video = dialog.querySelector("video");
  let stream = null;

  function stop() {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
  }
  dialog.addEventListener("close", stop);

  async function read(detector) {
    if (!stream) return;
    const codes = await detector.detect(video).catch(() => []);
    if (codes.length) {
      dialog.close();
      field.value = codes[0].rawValue;
      field.form.requestSubmit();
      return;
    }
    requestAnimationFrame(() => read(detector));
  }

  button.addEventListener("click", async () => {
    const formats = await BarcodeDetector.getSupportedFormats();
    const wanted = ["qr_code", "code_128", "ean_13"].filter((one) => formats.includes(one));
    dialog.showModal();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      await video.play();
      read(new BarcodeDetector({ formats: wanted }));
    } catch (_error) {
      dialog.close();
      if (window.cdp) window.cdp.toast({ text: dialog.dataset.textRefused, tone: "warning" });
    }
  });
})();
