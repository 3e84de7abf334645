// The button that prints the page. What is folded is opened on paper, and folded again afterwards.
document.addEventListener("click", function (event) {
  if (event.target.closest("[data-print]")) {
    window.print();
  }
});

let opened = [];
window.addEventListener("beforeprint", function () {
  opened = Array.from(document.querySelectorAll("details:not([open])"));
  opened.forEach(function (one) {
    one.open = true;
  });
});
window.addEventListener("afterprint", function () {
  opened.forEach(function (one) {
    one.open = false;
  });
});
