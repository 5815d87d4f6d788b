"use strict";
{
  const choice = document.getElementById("ordning");
  const bodies = Array.from(document.querySelectorAll(".heat tbody"));
  const rows = bodies.map((body) => Array.from(body.rows));
  const said = document.getElementById("ordnat");
  choice.closest(".order").hidden = false;
  choice.addEventListener("change", () => {
    const places = choice.value.split(" ");
    const chosen = choice.selectedOptions[0];
    bodies.forEach((body, i) => body.append(...places.map((place) => rows[i][place])));
    for (const head of document.querySelectorAll(".heat [data-theme]")) {
      if (head.dataset.theme === chosen.dataset.theme) head.setAttribute("aria-sort", "descending");
      else head.removeAttribute("aria-sort");
    }
    said.textContent = said.dataset.lead + " " + chosen.label;
  });
}
