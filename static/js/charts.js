// Draws every [data-chart] with ECharts on a canvas, from the spec in it (shape: cdp/web/charts.py). The library is
// fetched only by pages that have a chart. Colours come from the tokens, so light, dark and the palette are one thing.
// Tooltips are "richText": the HTML kind writes style attributes, which the content policy forbids.
(function () {
  "use strict";

  const boxes = new Map();
  const language = document.documentElement.lang || "en";
  const locale = { en: "en-GB", th: "th-TH-u-ca-gregory", ko: "ko-KR" }[language] || language;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let library = null;

  function load(url) {
    library =
      library ||
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = url;
        script.onload = resolve;
        script.onerror = reject;
        document.head.append(script);
      });
    return library;
  }

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  function formatter(spec, short) {
    const options = { notation: short ? "compact" : "standard", maximumFractionDigits: short ? 1 : 2 };
    if (spec.unit === "money") {
      Object.assign(options, { style: "currency", currency: spec.currency, currencyDisplay: "narrowSymbol" });
      if (short) options.minimumFractionDigits = 0;
    }
    // Hours that are minutes: an axis of nothing but zeros tells nothing.
    const largest = Math.max(0, ...(spec.series ?? []).flatMap((one) => one.data).map((one) => Math.abs(one) || 0));
    if (short && largest < 1) options.maximumFractionDigits = 3;
    if (spec.unit === "percent") Object.assign(options, { style: "percent", maximumFractionDigits: 1 });
    const format = new Intl.NumberFormat(locale, options);
    return (value) => (value === null || value === undefined || Number.isNaN(value) ? "—" : format.format(value));
  }

  function theme() {
    return {
      ink: token("ink"),
      muted: token("ink-2"),
      faint: token("ink-3"),
      line: token("line"),
      grid: token("chart-grid"),
      surface: token("surface"),
      raised: token("raised"),
      compare: token("chart-compare"),
      low: token("chart-low"),
      high: token("chart-high"),
      colours: [1, 2, 3, 4, 5, 6, 7, 8].map((number) => token(`chart-${number}`)),
      font: getComputedStyle(document.body).fontFamily,
    };
  }

  // Lines and areas are told apart by dashes too, bars by a gap: colour is never the only difference.
  const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]];

  function series(spec, look) {
    const isBar = ["bar", "hbar", "stacked", "hstacked"].includes(spec.type);
    const isStacked = spec.type === "stacked" || spec.type === "hstacked" || (spec.type === "area" && spec.series.length > 1);
    const flat = spec.type === "hbar" || spec.type === "hstacked";
    const drawn = [];
    let next = 0;
    spec.series.forEach((one, index) => {
      const own = one.colour && token(one.colour);
      const colour = own || (one.compare ? look.compare : look.colours[next++ % look.colours.length]);
      if (isBar) {
        drawn.push({
          name: one.name,
          type: "bar",
          data: one.data,
          stack: isStacked ? "all" : undefined,
          barMaxWidth: flat ? 22 : 36,
          barGap: "15%",
          itemStyle: {
            color: colour,
            borderRadius: isStacked ? 0 : flat ? [0, 3, 3, 0] : [3, 3, 0, 0],
            borderColor: look.surface,
            borderWidth: isStacked ? 1 : 0,
          },
          cursor: spec.links ? "pointer" : "default",
        });
        return;
      }
      if (one.low) {
        // All in one stack: an interval that reaches below zero would otherwise begin at zero.
        const band = { type: "line", symbol: "none", silent: true, tooltip: { show: false } };
        Object.assign(band, { stack: `band-${index}`, stackStrategy: "all" });
        drawn.push({ ...band, name: `${one.name} low`, data: one.low, lineStyle: { opacity: 0 } });
        drawn.push({
          ...band,
          name: `${one.name} high`,
          data: one.high.map((value, at) => (value === null ? null : value - one.low[at])),
          lineStyle: { opacity: 0 },
          areaStyle: { color: colour, opacity: 0.16 },
        });
      }
      drawn.push({
        name: one.name,
        type: spec.type === "scatter" ? "scatter" : "line",
        data: one.data,
        symbol: "circle",
        symbolSize: spec.type === "scatter" ? 9 : 6,
        showSymbol: spec.type === "scatter" || one.data.length < 3,
        connectNulls: false,
        stack: isStacked ? "all" : undefined,
        lineStyle: { width: one.compare ? 1.5 : 2, color: colour, type: one.compare ? "dashed" : DASHES[index % 4] },
        itemStyle: { color: colour, opacity: spec.type === "scatter" ? 0.75 : 1 },
        areaStyle: spec.type === "area" ? { color: colour, opacity: isStacked ? 0.5 : 0.12 } : undefined,
        z: one.compare ? 2 : 3,
      });
    });
    return drawn;
  }

  function base(spec, look) {
    return {
      animation: !calm,
      animationDuration: 300,
      color: look.colours,
      textStyle: { fontFamily: look.font, color: look.muted, fontSize: 12 },
      aria: { enabled: true },
      tooltip: {
        renderMode: "richText",
        backgroundColor: look.raised,
        borderColor: look.line,
        borderWidth: 1,
        padding: [8, 12],
        confine: true,
        textStyle: { color: look.ink, fontFamily: look.font, fontSize: 13 },
        valueFormatter: formatter(spec, false),
      },
      grid: { left: 4, right: 24, top: 16, bottom: 4, containLabel: true },
    };
  }

  function heatmap(spec, look) {
    const rows = spec.series[0].data;
    const cells = rows.flatMap((row, y) => row.map((value, x) => [x, y, value]));
    const values = cells.map((cell) => cell[2]).filter((value) => value !== null);
    const shown = formatter(spec, true);
    const highest = Math.max(...values, 0);
    const axis = { axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } };
    return {
      ...base(spec, look),
      grid: { left: 4, right: 4, top: 4, bottom: 4, containLabel: true },
      xAxis: { ...axis, type: "category", data: spec.x, position: "top", axisLabel: { color: look.muted } },
      yAxis: { ...axis, type: "category", data: spec.y, inverse: true, axisLabel: { color: look.muted } },
      visualMap: { show: false, min: Math.min(...values, 0), max: highest, inRange: { color: [look.low, look.high] } },
      series: [
        {
          type: "heatmap",
          data: cells
            .filter((cell) => cell[2] !== null)
            .map((cell) => ({
              value: cell,
              // The figure must be readable on its cell: dark on pale, pale on strong.
              label: { color: cell[2] > highest * 0.6 ? look.surface : look.ink },
            })),
          label: { show: spec.x.length <= 14, fontSize: 11, formatter: (point) => shown(point.value[2]) },
          itemStyle: { borderColor: look.surface, borderWidth: 2, borderRadius: 4 },
          emphasis: { itemStyle: { borderColor: look.ink } },
        },
      ],
      tooltip: {
        ...base(spec, look).tooltip,
        formatter: (point) => `${spec.y[point.value[1]]} · ${spec.x[point.value[0]]}\n${formatter(spec, false)(point.value[2])}`,
      },
    };
  }

  function funnel(spec, look) {
    const data = spec.series[0].data;
    const shown = formatter(spec, false);
    const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
    return {
      ...base(spec, look),
      grid: { left: 4, right: 96, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value", show: false, max: data[0] || 1 },
      yAxis: {
        type: "category",
        inverse: true,
        data: spec.x,
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: look.ink, fontSize: 13 },
      },
      series: [
        {
          type: "bar",
          name: spec.series[0].name,
          data,
          barMaxWidth: 30,
          showBackground: true,
          backgroundStyle: { color: look.low, borderRadius: 4 },
          itemStyle: { color: look.colours[0], borderRadius: 4 },
          cursor: spec.links ? "pointer" : "default",
          label: {
            show: true,
            position: "right",
            distance: 8,
            color: look.muted,
            formatter: (point) =>
              `${shown(point.value)}` + (point.dataIndex && data[0] ? ` · ${share.format(point.value / data[0])}` : ""),
          },
        },
      ],
    };
  }

  // How many lines the legend takes: the canvas breaks it without telling, and would write over the axis.
  function legendRows(names, look, width) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `12px ${look.font}`;
    let rows = 1;
    let used = 0;
    names.forEach((name) => {
      const wide = pen.measureText(name).width + 12 + 5 + 16;
      if (used && used + wide > width) {
        rows += 1;
        used = 0;
      }
      used += wide;
    });
    return rows;
  }

  function option(spec, look, width) {
    if (spec.type === "heatmap") return heatmap(spec, look);
    if (spec.type === "funnel") return funnel(spec, look);
    const flat = spec.type === "hbar" || spec.type === "hstacked";
    const isBar = flat || spec.type === "bar" || spec.type === "stacked";
    const short = formatter(spec, true);
    const labels = {
      type: spec.type === "scatter" ? "value" : "category",
      data: spec.type === "scatter" ? undefined : spec.x,
      inverse: flat,
      boundaryGap: isBar,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: look.line } },
      splitLine: { show: false },
      axisLabel: { color: flat ? look.ink : look.muted, hideOverlap: true, ...(isBar ? {} : { alignMinLabel: "left", alignMaxLabel: "right" }), width: flat ? Math.min(320, width * 0.45) : undefined, overflow: "truncate" },
    };
    const values = {
      type: "value",
      scale: false,
      splitNumber: 4,
      // Nobody writes half a text: an axis of counts has whole numbers only.
      minInterval: spec.unit === "number" && spec.series.every((one) => one.data.every((value) => value === null || Number.isInteger(value))) ? 1 : 0,
      axisLabel: { color: look.muted, formatter: short },
      splitLine: { lineStyle: { color: look.grid } },
      axisLine: { show: false },
    };
    const all = series(spec, look);
    const names = spec.series.map((one) => one.name);
    const many = names.length > 1;
    const settings = base(spec, look);
    return {
      ...settings,
      legend: many
        ? { data: names, top: 0, left: 0, icon: "roundRect", itemWidth: 12, itemHeight: 8, itemGap: 16, textStyle: { color: look.muted } }
        : undefined,
      grid: { ...settings.grid, top: many ? 18 + 22 * legendRows(names, look, width) : 16, right: 24 },
      tooltip: {
        ...settings.tooltip,
        trigger: spec.type === "scatter" ? "item" : "axis",
        axisPointer: { type: isBar ? "shadow" : "line", lineStyle: { color: look.faint }, shadowStyle: { color: look.faint, opacity: 0.08 } },
        formatter: (points) => {
          const list = [].concat(points).filter((point) => names.includes(point.seriesName));
          const full = formatter(spec, false);
          const head = spec.type === "scatter" ? "" : `${list[0].axisValueLabel}\n`;
          return head + list.map((point) => `${point.marker} ${point.seriesName}  ${spec.type === "scatter" ? point.value.map(full).join(" · ") : full(point.value)}`).join("\n");
        },
      },
      xAxis: flat ? values : labels,
      yAxis: flat ? labels : values,
      series: all,
    };
  }

  function draw(box) {
    const spec = JSON.parse(box.dataset.chart);
    const chart = boxes.get(box) || window.echarts.init(box, null, { renderer: "canvas" });
    const label = box.getAttribute("aria-label");
    boxes.set(box, chart);
    chart.setOption(option(spec, theme(), box.clientWidth), true);
    box.setAttribute("aria-label", label); // ECharts writes a longer one in English
    if (spec.links && !box.dataset.linked) {
      box.dataset.linked = "yes";
      chart.on("click", (point) => {
        const url = spec.links[point.dataIndex];
        if (url) location.assign(url);
      });
    }
  }

  const watcher = new ResizeObserver((entries) =>
    entries.forEach(({ target }) => {
      if (!target.clientWidth) return;
      if (boxes.has(target)) boxes.get(target).resize();
      else draw(target);
    }),
  );

  async function start(root) {
    const found = Array.from(root.querySelectorAll("[data-chart]"));
    if (!found.length) return;
    try {
      await load(found[0].dataset.library);
      await document.fonts.ready; // a canvas does not redraw its text when the font arrives
    } catch (_error) {
      // The table stays; show it.
      found.forEach((box) => {
        box.hidden = true;
        const table = box.parentElement.querySelector("details");
        if (table) table.open = true;
      });
      return;
    }
    found.forEach((box) => watcher.observe(box));
  }

  start(document);
  document.addEventListener("htmx:load", (event) => event.detail.elt !== document.body && start(event.detail.elt));
  document.addEventListener("htmx:beforeCleanupElement", (event) => {
    const chart = boxes.get(event.detail.elt);
    if (!chart) return;
    chart.dispose();
    boxes.delete(event.detail.elt);
    watcher.unobserve(event.detail.elt);
  });
  const redraw = () => boxes.forEach((_chart, box) => draw(box));
  document.addEventListener("theme:changed", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
})();
