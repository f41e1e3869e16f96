/* A page that is a document: its tables sort, unknown figures last, whichever way. Loads nothing. */
"use strict";

(function () {
  const heads = (table) => table.tHead.rows[table.tHead.rows.length - 1].cells;

  function sortBy(table, head, index) {
    const body = table.tBodies[0];
    const other = { ascending: "descending", descending: "ascending" };
    const was = head.getAttribute("aria-sort");
    const direction = was ? other[was] : head.dataset.first;
    const sign = direction === "ascending" ? 1 : -1;
    const value = (row) => {
      const text = row.cells[index].dataset.value;
      return text === "" ? NaN : text === "inf" ? Infinity : Number(text);
    };
    const rows = [...body.rows].map((row, i) => ({ row, i, value: value(row) }));
    rows.sort((a, b) => {
      if (Number.isNaN(a.value) || Number.isNaN(b.value)) return Number.isNaN(a.value) - Number.isNaN(b.value) || a.i - b.i;
      return (a.value === b.value ? 0 : a.value < b.value ? -sign : sign) || a.i - b.i;
    });
    body.append(...rows.map((item) => item.row));
    [...heads(table)].forEach((cell) => cell.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", direction);
  }

  function bindTables() {
    document.querySelectorAll("table.sortable").forEach((table) => {
      [...heads(table)].forEach((head, index) => {
        head.querySelector("button").addEventListener("click", () => sortBy(table, head, index));
      });
    });
  }

  bindTables();
})();
