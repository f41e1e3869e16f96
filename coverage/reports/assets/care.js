/* Draws the way to definitive care, a layer for each centre. Comes after geo.js and before map.js: it takes
   the atlas that map.js makes and fills further layers of it. */
"use strict";

(function () {
  const geo = window.countyGeo;
  const data = JSON.parse(document.getElementById("map-data").textContent);
  const makeAtlas = geo.atlas;
  const WAY = { color: "#4b2e83", weight: 2, opacity: 0.85, interactive: false };

  function drawTownships(atlas, map, care, popup) {
    data.townships.forEach((t, i) => {
      const mine = care.townships[i];
      const shape = atlas.townshipShape({ shape: t.shape, verdict: mine.verdict }, i);
      geo.bindTip(shape, () => geo.tip(mine.name, mine.tip, mine.verdict), { sticky: true });
      shape.on("click", (event) => {
        L.popup(popup()).setLatLng(event.latlng).setContent(geo.card(mine, data.words)).openOn(map);
      });
      const name = atlas.nameMarker(t.name, t.at, 2 + t.weight, "town", { verdict: mine.verdict });
      atlas.layer(care.layer).addLayer(shape).addLayer(name);
    });
  }

  function drawDots(atlas, care) {
    care.dots.forEach((group) => {
      geo.points(group.yx).forEach((at, i) => {
        atlas.layer(care.layer).addLayer(atlas.dot(at, group.radius[i], group.colour, group.name[i], group.tip[i]));
      });
    });
  }

  /* From a township to where most of its people are taken; dashed where a nearer hospital cannot treat them. */
  function drawWays(atlas, care) {
    care.ways.forEach(([from, to, passes]) => {
      const line = L.polyline([from, to], { ...WAY, renderer: atlas.svgIn("works"), dashArray: passes ? "6 5" : null });
      atlas.layer(care.layer).addLayer(line);
    });
  }

  function drawHospitals(atlas, care) {
    care.hospitals.forEach((h) => {
      const label = h.name + data.words.comma + h.kind;
      const icon = geo.element("div", "site");
      icon.append(geo.symbol("ring", "ring"), geo.symbol("kind-" + h.symbol, "facility base " + h.symbol, label));
      const marker = atlas.sign(h.at, {
        html: icon,
        className: "site-icon",
        label,
        size: 38,
        rise: 800,
        radius: 19,
        tipped: () => geo.tip(h.name, h.tip),
        offset: -16,
        carded: h,
      });
      atlas.layer(care.layer).addLayer(marker);
      atlas.layer(care.layer).addLayer(atlas.nameMarker(h.name, h.at, 1.2, "place proposed", { gap: 18 }));
    });
  }

  geo.atlas = (map, ground, options) => {
    const atlas = makeAtlas(map, ground, options);
    // a card may open beneath what is said over the map
    map.on("popupopen", () => title.classList.add("behind"));
    map.on("popupclose", () => title.classList.remove("behind"));
    data.care.forEach((care) => {
      drawTownships(atlas, map, care, options.popup);
      drawWays(atlas, care);
      drawDots(atlas, care);
      drawHospitals(atlas, care);
    });
    return atlas;
  };

  /* Two verdicts on one map say nothing: a centre's layer puts those of the promise and of the other centres
     away, and they come back with it. */
  const PUT_AWAY = /^(verdict|names|uncovered|catchments|area-|care-)/;
  const isCare = (box) => box.value.startsWith("care-");
  const control = document.getElementById("layers");
  const boxes = [...control.querySelectorAll("input")];
  let away = [];
  let busy = false;

  function set(box, on) {
    if (box.checked === on) return;
    box.checked = on;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  control.addEventListener("change", (event) => {
    const box = event.target;
    if (busy || !isCare(box)) return;
    busy = true;
    if (box.checked) {
      const hidden = boxes.filter((other) => other !== box && other.checked && PUT_AWAY.test(other.value));
      hidden.forEach((other) => set(other, false));
      away = [...away, ...hidden.filter((other) => !isCare(other))];
    } else {
      away.forEach((other) => set(other, true));
      away = [];
    }
    busy = false;
    press();
  });

  /* What the map shows now, said over it and by the panel: heading, figures and townships follow the layer,
     and the promise's own come back when it goes. */
  const title = geo.element("p", "");
  title.id = "care-title";
  title.setAttribute("role", "status");
  document.querySelector(".folium-map").after(title);

  const panel = document.getElementById("panel");
  const told = ["header .kicker", "header .promise", ".answers", "#panel-body > .gap", ".townships thead tr", ".townships tbody"]
    .map((name) => panel.querySelector(name));
  const promised = told.map((node) => [...node.childNodes]);

  function answer([figure, label, detail]) {
    const box = geo.element("div");
    box.append(geo.element("b", "", figure), geo.element("span", "", label), geo.element("small", "", detail));
    return box;
  }

  function heading(text) {
    const cell = geo.element("th", "", text);
    cell.scope = "col";
    return cell;
  }

  function openTownship(care, i) {
    const { map, townships, phone, move, popupOptions, setSheet } = window.coverageMap;
    const t = townships.after[data.townships[i].id];
    map.closePopup();
    if (phone.matches) setSheet(false);
    move(t.bounds, 12.5, () => {
      L.popup(popupOptions()).setLatLng(t.at).setContent(geo.card(care.townships[i], data.words)).openOn(map);
    });
  }

  function townshipRow(care, { id, verdict, verdict_text, cells }) {
    const i = data.townships.findIndex((t) => t.id === id);
    const row = geo.element("tr", verdict);
    const name = geo.element("th");
    const button = geo.element("button");
    button.type = "button";
    button.append(geo.symbol("mark-" + verdict, "mark", verdict_text), data.townships[i].name);
    name.scope = "row";
    name.append(button);
    row.append(name, ...cells.map((cell) => geo.element("td", "", cell)));
    row.addEventListener("click", () => openTownship(care, i));
    return row;
  }

  function tell(care) {
    document.documentElement.classList.toggle("of-centre", Boolean(care));
    const says = care && care.panel;
    const now = says
      ? [[says.kicker], [says.promise], says.answers.map(answer), [says.gap], says.heads.map(heading), says.townships.map((row) => townshipRow(care, row))]
      : promised;
    told.forEach((node, i) => node.replaceChildren(...now[i]));
  }

  const rows = [...document.querySelectorAll("button[data-care]")];
  const boxOf = (button) => boxes.find((box) => box.value === button.dataset.care);

  function press() {
    rows.forEach((button) => button.setAttribute("aria-pressed", String(boxOf(button).checked)));
    const shown = data.care.find((care) => boxes.some((box) => box.value === care.layer && box.checked));
    title.textContent = shown ? shown.title : "";
    title.hidden = !shown;
    tell(shown);
  }

  rows.forEach((button) => {
    button.addEventListener("click", () => {
      const box = boxOf(button);
      set(box, !box.checked);
      // on a phone the sheet lies over the map that has just changed
      if (panel.classList.contains("open")) document.getElementById("sheet-handle").click();
    });
  });
  press();
})();
