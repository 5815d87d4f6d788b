// Keys for whoever reviews. Every one of them presses a button or follows a link that is on the
// page, so that everything works without this file too.
"use strict";

const STORED = "signalread-keys";
const off = () => localStorage.getItem(STORED) === "off";

function press(element) {
  if (element.matches("input[type=checkbox]")) {
    element.click();
    element.focus({ preventScroll: true });
  } else if (element.matches("input")) {
    element.focus();
    element.select();
  } else {
    element.click();
  }
}

function typing(target) {
  return target.matches("textarea, select, input:not([type=checkbox]):not([type=radio])");
}

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (document.querySelector("dialog[open]")) return;
  const filter = document.querySelector("[data-filter]");
  if (target === filter && key === "Enter") {
    event.preventDefault();
    const first = document.querySelector(".theme-row:not([hidden]) input");
    if (first) first.focus();
    return;
  }
  if (typing(target)) {
    if (key === "Escape") target.blur();
    return;
  }
  const answer = document.querySelector("[data-answer]");
  if (key === "Enter") {
    // A link, a button or a heading that opens keeps its own Enter.
    if (answer && !target.matches("a, button, summary")) {
      event.preventDefault();
      answer.requestSubmit();
    } else if (target === document.body) {
      // The way on, also before the browser has got round to focusing it.
      const onwards = document.querySelector("[data-enter]");
      if (onwards) onwards.click();
    }
    return;
  }
  if (off()) return;
  const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (found) {
    event.preventDefault();
    press(found);
  }
});

// A second submit of the same form would be dropped anyway; this spares the wait.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || "download" in form.dataset) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

const filter = document.querySelector("[data-filter]");
if (filter) {
  filter.closest(".filter").hidden = false;
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of document.querySelectorAll(".theme-row")) {
      row.hidden = !row.dataset.name.includes(wanted);
    }
    for (const group of document.querySelectorAll("fieldset.labels")) {
      group.hidden = !group.querySelector(".theme-row:not([hidden])");
    }
  });
}

for (const hidden of document.querySelectorAll(".needs-script")) hidden.hidden = false;
for (const button of document.querySelectorAll("[data-open]")) {
  button.addEventListener("click", () => document.getElementById(button.dataset.open).showModal());
}
for (const button of document.querySelectorAll("[data-toggle-keys]")) {
  const tell = () => {
    button.setAttribute("aria-pressed", String(!off()));
    document.documentElement.classList.toggle("no-keys", off());
  };
  button.addEventListener("click", () => {
    localStorage.setItem(STORED, off() ? "on" : "off");
    tell();
  });
  tell();
}
