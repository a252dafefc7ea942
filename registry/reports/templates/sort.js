"use strict";
for (const table of document.querySelectorAll("table[data-sort]")) {
  const body = table.tBodies[0];
  const said = document.getElementById(table.dataset.sort);
  for (const head of table.tHead.rows[0].cells) {
    if (!head.dataset.key) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const value = (row) => row.cells[head.cellIndex].dataset.value ?? row.cells[head.cellIndex].textContent.trim();
      const number = head.dataset.key === "number";
      const rows = [...body.rows].map((row, index) => ({ row, index, value: number ? Number(value(row) || -1) : value(row) }));
      rows.sort((a, b) => (number ? a.value - b.value : a.value.localeCompare(b.value)) * (down ? -1 : 1) || a.index - b.index);
      body.append(...rows.map((each) => each.row));
      said.textContent = "Sorted by " + button.textContent.trim() + (down ? ", falling." : ", rising.");
    });
  }
}
