/* A chart above the table of its numbers. The table is there first, and stays. */
import { fresh, onContent } from "./enhance.js";

let echarts = null;

/** ECharts, fetched once, and only by a page that has a chart. */
function load(source) {
  echarts ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return echarts;
}

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function options({ kind, labels, values }, texts) {
  const ink = token("--ink-soft");
  const line = token("--line");
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 13 },
    grid: { left: 4, right: 32, top: 16, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis",
      // Its other way writes styles into the page, which the policy of the page forbids.
      renderMode: "richText",
      confine: true,
      backgroundColor: token("--surface"),
      borderColor: token("--line-strong"),
      textStyle: { color: token("--ink") },
      formatter: ([{ dataIndex }]) => `${labels[dataIndex]}\n${texts[dataIndex]}`,
    },
    xAxis: {
      type: "category",
      data: labels,
      axisLabel: { color: ink, hideOverlap: true },
      axisLine: { lineStyle: { color: token("--line-strong") } },
      axisTick: { show: false },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      axisLabel: { color: ink },
      splitLine: { lineStyle: { color: line } },
    },
    series: [
      {
        type: kind,
        data: values,
        barMaxWidth: 36,
        symbolSize: 7,
        color: token("--link"),
        emphasis: { itemStyle: { color: token("--link-deep") } },
      },
    ],
  };
}

async function draw(figure) {
  const canvas = figure.querySelector(".chart__canvas");
  const table = figure.querySelector(".chart__table");
  const data = JSON.parse(document.getElementById(figure.dataset.chartData).textContent);
  const texts = [...table.querySelectorAll("td.numeric")].map((cell) => cell.textContent.trim());
  const library = await load(figure.dataset.chart);
  canvas.hidden = false;
  table.open = false;
  const chart = library.init(canvas, null, { renderer: "svg" });
  chart.setOption(options(data, texts));
  new ResizeObserver(() => chart.resize()).observe(canvas);
}

onContent((root) => fresh(root, "[data-chart]", "chart").forEach(draw));
