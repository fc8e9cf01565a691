// Draws each picture of the reports from the table that stands behind it. Without this the tables are all there is.
"use strict";

(() => {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  // Words in lines, so that a long name is not cut off.
  const lines = (words) =>
    words.split(" ").reduce(
      (found, word) => {
        const longer = `${found[found.length - 1]} ${word}`.trim();
        return longer.length > 18 ? [...found, word] : [...found.slice(0, -1), longer];
      },
      [""],
    );

  const cells = (row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent));

  // The columns of a table, each with its name and its numbers, and the names of the rows.
  const read = (table) => {
    const rows = [...table.tBodies[0].rows];
    const names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent.trim());
    return {
      labels: rows.map((row) => lines(row.cells[0].textContent.trim())),
      columns: names.map((name, at) => ({ name, numbers: rows.map((row) => cells(row)[at]) })),
    };
  };

  const options = (upright, many, beside) => {
    const counted = { beginAtZero: true, ticks: { precision: 0, color: colour("quiet") }, grid: { color: colour("rule") } };
    const named = { ticks: { color: colour("ink"), autoSkip: upright }, grid: { display: false } };
    return {
      indexAxis: upright ? "x" : "y",
      animation: false, // nothing moves, for those whom it would disturb and for everybody else
      maintainAspectRatio: false,
      scales: {
        x: { ...(upright ? named : counted), stacked: many && !beside },
        y: { ...(upright ? counted : named), stacked: many && !beside },
      },
      plugins: {
        legend: { display: many, labels: { color: colour("ink") } },
        tooltip: { callbacks: { title: ([item]) => [item.chart.data.labels[item.dataIndex]].flat().join(" ") } },
      },
    };
  };

  // As high as its names want, so that none lies on another, with room for a legend of two lines; never lower than the
  // page has it.
  const grow = (picture, labels, many) => {
    const most = Math.max(...labels.map((label) => label.length));
    picture.style.minHeight = `${labels.length * most * 18 + (many ? 112 : 64)}px`;
  };

  const draw = (canvas) => {
    const { labels, columns } = read(document.getElementById(canvas.dataset.table));
    if (!("upright" in canvas.dataset)) grow(canvas.parentElement, labels, columns.length > 1);
    // A full bar, a pale one with an edge and an empty one: told apart by how light they are, by whoever sees no
    // colours, too.
    const shades = [
      { backgroundColor: colour("lead"), borderColor: colour("paper"), borderWidth: columns.length > 1 ? 1 : 0 },
      { backgroundColor: colour("pale"), borderColor: colour("lead"), borderWidth: 2 },
      { backgroundColor: colour("paper"), borderColor: colour("quiet"), borderWidth: 1 },
    ];
    const datasets = columns.map(({ name, numbers }, at) => ({
      label: name,
      data: numbers,
      ...shades[at],
      borderSkipped: false,
      maxBarThickness: 36,
    }));
    const upright = "upright" in canvas.dataset;
    const drawnAs = options(upright, columns.length > 1, "beside" in canvas.dataset);
    return new Chart(canvas, { type: "bar", data: { labels, datasets }, options: drawnAs });
  };

  const canvases = [...document.querySelectorAll("canvas[data-table]")];
  let charts = [];

  const drawAll = () => {
    charts.forEach((chart) => chart.destroy());
    charts = canvases.map(draw);
  };

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 14;
  canvases.forEach((canvas) => {
    canvas.parentElement.hidden = false;
    canvas.closest(".figure").querySelector("details").open = false;
  });
  drawAll();

  // On paper the numbers stand in place of the pictures, which are drawn for the screen.
  const folded = () => [...document.querySelectorAll(".figure details:not([open])")];
  let toFold = [];
  addEventListener("beforeprint", () => {
    toFold = folded();
    toFold.forEach((details) => (details.open = true));
  });
  addEventListener("afterprint", () => toFold.forEach((details) => (details.open = false)));

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
})();
