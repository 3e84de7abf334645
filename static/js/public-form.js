// A public form, one thought a screen on a phone and on the shop's tablet. Without this script all of it stands on one
// page and works the same. Before the next screen the server is asked what is wrong on this one, in the words it would
// say at the end; where it does not answer, the end will tell. Nothing is kept in the browser.
(function () {
  var form = document.querySelector(".public-form");
  if (!form) {
    return;
  }
  var words = form.dataset;
  var screens = Array.prototype.slice.call(form.querySelectorAll("[data-screen]"));
  var actions = form.querySelector("[data-actions]");
  var submit = actions.querySelector("[type=submit]");
  var phone = matchMedia("(max-width: 640px)");
  var place = form.elements.screen;
  var at = 0;

  function button(text, kind) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "btn " + kind;
    made.textContent = text;
    return made;
  }
  var next = button(words.next, "btn-primary");
  var back = button(words.back, "btn-quiet");
  var bar = document.createElement("progress");
  bar.className = "progress-line";
  bar.max = screens.length;
  actions.append(next, back);
  var count = document.createElement("p");
  count.className = "step-count muted small";
  form.insertBefore(count, screens[0]);
  form.insertBefore(bar, screens[0]);

  function isStepwise() {
    return screens.length > 1 && (phone.matches || form.classList.contains("is-kiosk"));
  }
  function show(focus) {
    var stepwise = isStepwise();
    var last = at === screens.length - 1;
    screens.forEach(function (screen, number) {
      screen.hidden = stepwise && number !== at;
    });
    form.classList.toggle("is-stepwise", stepwise);
    bar.hidden = !stepwise;
    bar.value = at + 1;
    count.hidden = !stepwise;
    count.textContent = words.count.replace("{at}", at + 1).replace("{all}", screens.length);
    bar.setAttribute("aria-label", count.textContent);
    place.value = at;
    next.hidden = !stepwise || last;
    back.hidden = !stepwise || at === 0;
    submit.hidden = stepwise && !last;
    var said = form.querySelector(".disclosure");
    if (said) {
      said.hidden = stepwise && at > 0; // it stands before the first question; "Back" leads to it again
    }
    if (focus) {
      screens[at].querySelector("h2").focus();
      screens[at].scrollIntoView({ block: "start" });
    }
  }

  function complain(field, text) {
    var box = field.closest(".field");
    var id = field.id + "_error";
    var list = document.getElementById(id);
    if (!list) {
      list = document.createElement("ul");
      list.className = "field-errors";
      list.id = id;
      box.append(list);
    }
    list.textContent = "";
    var item = document.createElement("li");
    item.textContent = text;
    list.append(item);
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", id);
  }
  function fault(field) {
    if (field.required && !field.value.trim()) {
      return words.missing;
    }
    return field.type === "email" && field.value && field.validity.typeMismatch ? words.email : "";
  }
  // Only what can be told for sure; the rest the server says, on the screen where it belongs.
  function isFine(screen) {
    var wrong = Array.prototype.filter.call(screen.querySelectorAll("input, select, textarea"), function (field) {
      var text = fault(field);
      if (text) {
        complain(field, text);
      }
      return text;
    });
    if (wrong.length) {
      wrong[0].focus();
    }
    return !wrong.length;
  }
  // What the server says of this screen: its faults by field, or none where it cannot be asked.
  function judged(number) {
    var body = new FormData(form);
    body.set("meanwhile", "step");
    body.set("screen", number);
    var patience = new AbortController();
    var timer = setTimeout(function () {
      patience.abort();
    }, 6000);
    return fetch(location.href, { method: "POST", body: body, redirect: "error", signal: patience.signal })
      .then(function (answer) {
        return answer.ok ? answer.json() : {};
      })
      .then(function (told) {
        return told.faults || {};
      })
      .catch(function () {
        return {};
      })
      .finally(function () {
        clearTimeout(timer);
      });
  }
  function tell(faults) {
    var wrong = Object.keys(faults).map(function (name) {
      var box = form.querySelector('[data-field="' + name + '"]');
      var field = box && box.querySelector("input, select, textarea");
      if (field) {
        complain(field, faults[name].join(" "));
      }
      return field;
    });
    var first = wrong.filter(Boolean)[0];
    if (first) {
      first.focus();
    }
    return Boolean(first);
  }
  var asking = false;
  next.addEventListener("click", function () {
    if (asking || !isFine(screens[at])) {
      return;
    }
    asking = true;
    next.setAttribute("aria-busy", "true");
    var number = at;
    judged(number).then(function (faults) {
      asking = false;
      next.removeAttribute("aria-busy");
      if (number === at && !tell(faults)) {
        at += 1;
        show(true);
      }
    });
  });
  back.addEventListener("click", function () {
    at -= 1;
    show(true);
  });
  form.addEventListener("input", function (event) {
    var field = event.target;
    if (field.getAttribute("aria-invalid") === "true") {
      field.removeAttribute("aria-invalid");
      var list = document.getElementById(field.id + "_error");
      if (list) {
        list.remove();
        field.removeAttribute("aria-describedby");
      }
    }
  });

  // Enter on an early screen leads to the next one. One press sends once; the server takes only one anyway.
  var sending = false;
  form.addEventListener("submit", function (event) {
    if (event.submitter && event.submitter.name === "meanwhile") {
      return;
    }
    if (isStepwise() && at < screens.length - 1) {
      event.preventDefault();
      next.click();
      return;
    }
    if (sending) {
      event.preventDefault();
      return;
    }
    sending = true;
    submit.setAttribute("aria-disabled", "true");
    submit.textContent = words.sending;
  });

  // Where the server found something, there it begins; else where somebody was before they read or changed something.
  at = Math.min(Number(place.value) || 0, screens.length - 1);
  screens.some(function (screen, number) {
    if (screen.querySelector("[aria-invalid=true], .field-errors")) {
      at = number;
      return true;
    }
    return false;
  });
  var isAnswered = Boolean(form.querySelector(".callout-danger"));
  if (isAnswered && !form.querySelector("[aria-invalid=true], .field-errors")) {
    at = screens.length - 1;
  }
  phone.addEventListener("change", function () {
    show(false);
  });
  show(false);
  var first = form.querySelector("[aria-invalid=true]");
  if (first) {
    first.focus();
  }

  // A page that comes back from the browser's memory shows nobody's words.
  addEventListener("pageshow", function (event) {
    if (event.persisted) {
      location.reload();
    }
  });
})();
