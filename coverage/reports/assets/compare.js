/* The page of a comparison: two maps side by side and one of the changes, which move together. Needs Leaflet,
   geo.js and document.js; loads nothing. */
"use strict";

(function () {
  const geo = window.countyGeo;
  const { element, symbol, tip, card } = geo;
  const data = JSON.parse(document.getElementById("map-data").textContent);
  const words = data.words;
  const byId = (id) => document.getElementById(id);
  const canHover = window.matchMedia("(hover: hover)").matches;
  const outcomes = Object.fromEntries(data.outcomes.map((o) => [o.key, o]));
  const fill = (text, blanks) => text.replace(/\{(\w+)\}/g, (_, name) => blanks[name]);

  /* ---- demand points: places once, a letter and tenths of a minute for every outcome ---- */

  const places = geo.points(data.demand.yx);
  const times = {};
  const tenths = (o) => times[o.key] || (times[o.key] = geo.numbers(o.tenths));

  function minutes(o, i) {
    const value = tenths(o)[i];
    return value < 0 ? words.never : (value / 10).toFixed(1);
  }

  function stateText(o, i) {
    const state = words.states[o.states[i]];
    if (tenths(o)[i] < 0) return state;
    return fill(words.late, { state, minutes: minutes(o, i), limit: o.limits[data.demand.urban[i]] });
  }

  function changeText(o, i) {
    return fill(words.today_then, {
      before: fill(words.minutes, { minutes: minutes(data.outcomes[0], i) }),
      after: fill(words.minutes, { minutes: minutes(o, i) }),
    });
  }

  /* ---- one map ---- */

  const SHAPES = {
    up: (x, y, r) => "M" + x + " " + (y - 1.15 * r) + "L" + (x + 1.1 * r) + " " + (y + 0.8 * r) + "H" + (x - 1.1 * r) + "Z",
    down: (x, y, r) => "M" + x + " " + (y + 1.15 * r) + "L" + (x + 1.1 * r) + " " + (y - 0.8 * r) + "H" + (x - 1.1 * r) + "Z",
    ring: (x, y, r) => "M" + (x - r) + " " + y + "a" + r + " " + r + " 0 1 0 " + 2 * r + " 0a" + r + " " + r + " 0 1 0 " + -2 * r + " 0",
  };
  const SMALLEST = { up: 5, down: 5, ring: 2.6 };

  /* A demand point with a shape that says what becomes of it. */
  const Mark = L.CircleMarker.extend({
    _updatePath() {
      const { x, y } = this._point;
      this._renderer._setPath(this, this._empty() ? "M0 0" : SHAPES[this.options.shape](x, y, this._radius));
    },
  });

  class CountyMap {
    constructor(id) {
      const box = byId(id);
      this.box = box;
      this.map = L.map(box, {
        attributionControl: false,
        zoomControl: false,
        zoomSnap: data.tiles.length ? 1 : 0.1,
        minZoom: 6,
        maxZoom: 18,
        zoomAnimation: false,
        fadeAnimation: false,
        inertia: false,
        trackResize: false, // all three are fitted together, see fit()
        scrollWheelZoom: false, // the wheel scrolls the page until somebody has chosen the map
        dragging: canHover, // one finger scrolls the page, two move the map
      });
      this.map.panBy = (offset) => L.Map.prototype.panBy.call(this.map, offset, { animate: false });
      L.control.zoom({ position: "topright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out }).addTo(this.map);
      L.control.scale({ imperial: false, maxWidth: 110, position: "bottomright" }).addTo(this.map);
      this.map.on("focus", () => this.map.scrollWheelZoom.enable());
      this.map.on("blur", () => this.map.scrollWheelZoom.disable());
      this.atlas = geo.atlas(this.map, data, { name: id + "-", popup: () => this.popupOptions() });
      this.map.setView([(data.view[0][0] + data.view[1][0]) / 2, (data.view[0][1] + data.view[1][1]) / 2], 10);
      this.atlas.drawTiles();
      this.atlas.drawRoads();
      this.atlas.drawMask();
      this.atlas.drawOutlines();
      geo.bindPopups(this.map, words);
    }

    popupOptions() {
      const size = this.map.getSize();
      return {
        minWidth: Math.min(230, size.x - 60),
        maxWidth: Math.min(300, size.x - 50),
        maxHeight: Math.max(Math.round(size.y * 0.6), 160),
        autoPanPadding: [10, 10],
      };
    }

    openCard(thing, at) {
      L.popup(this.popupOptions()).setLatLng(at).setContent(card(thing, words)).openOn(this.map);
    }

    /* Put things on a layer in place of those that were on it. */
    put(layer, things) {
      this.atlas.clear(layer);
      things.forEach((thing) => this.atlas.layer(layer).addLayer(thing));
    }

    townshipNames(o, withVerdict) {
      const rows = o.townships.map((n) => data.pools.townships[n]);
      this.put("names", data.townships.map((t, i) =>
        this.atlas.nameMarker(t.name, t.at, 2 + t.weight, "town", withVerdict ? { verdict: rows[i].verdict } : {})));
    }

    facilities(o) {
      const byLayer = {};
      o.facilities.map((n) => data.pools.facilities[n]).forEach((f) => {
        const mine = byLayer[f.layer] || (byLayer[f.layer] = []);
        mine.push(this.atlas.facility(f), this.atlas.nameMarker(f.name, f.at, f.base ? 0.5 : 0, "place", { fromZoom: 11.6 }));
      });
      facilityLayers.forEach((layer) => this.put(layer, byLayer[layer] || []));
      const sites = o.gone.map((c) => this.atlas.closed(c));
      o.new.forEach((f) => {
        const label = f.name + words.comma + f.kind;
        const icon = element("div", "site");
        icon.append(symbol("ring", "ring"), symbol("kind-" + f.symbol, "facility " + (f.base ? "base " : "plain ") + f.symbol, label));
        sites.push(
          this.atlas.sign(f.at, {
            html: icon, className: "site-icon", label, size: 38, rise: 1000, radius: 19,
            tipped: () => tip(f.name, f.tip), offset: -16, carded: f,
          }),
          this.atlas.nameMarker(f.label, f.at, 1.5, "place proposed", { gap: 18 })
        );
      });
      this.put("sites", sites);
      this.put("works", o.roads.flatMap((road) => this.atlas.roadwork(road, data.looks)));
    }

    named(text) {
      this.box.setAttribute("aria-label", text);
    }

    placeNames() {
      this.atlas.placeNames([...this.box.querySelectorAll(".leaflet-control")]);
    }
  }

  /* The county with one outcome: verdicts, areas, those who are not covered, facilities. */
  class OutcomeMap extends CountyMap {
    constructor(id) {
      super(id);
      const first = data.outcomes[0];
      this.shapes = data.townships.map((t, i) => {
        const shape = this.atlas.townshipShape({ ...t, ...data.pools.townships[first.townships[i]] }, i);
        geo.bindTip(shape, () => tip(t.name, this.row(i).tip, this.row(i).verdict), { sticky: true });
        shape.on("click", (event) => this.openCard({ name: t.name, ...this.row(i) }, event.latlng));
        this.atlas.layer("verdict").addLayer(shape);
        return shape;
      });
    }

    row(i) {
      return data.pools.townships[this.outcome.townships[i]];
    }

    show(key) {
      const o = outcomes[key];
      this.outcome = o;
      this.map.closePopup();
      this.named(fill(words.map_of, { outcome: o.title }));
      this.shapes.forEach((shape, i) => shape.setStyle(this.atlas.verdictStyle(this.row(i).verdict)));
      this.put("areas", o.areas.map((n) => this.atlas.areaShape(data.pools.areas[n])));
      this.put("uncovered", this.missed(o));
      this.townshipNames(o, true);
      this.facilities(o);
      this.atlas.stackAreas([]);
      this.placeNames();
    }

    missed(o) {
      const colours = data.looks.states;
      const found = [];
      places.forEach((at, i) => {
        const colour = colours[o.states[i]];
        if (colour) found.push(this.atlas.dot(at, data.demand.radius[i], colour, data.demand.name[i], [data.demand.people[i], stateText(o, i)]));
      });
      return found;
    }
  }

  /* Who gains and who loses: shapes as well as colours; what stays as it is, small and quiet below. */
  class ChangeMap extends CountyMap {
    show(key) {
      const o = outcomes[key];
      this.map.closePopup();
      this.named(fill(words.change_of, { outcome: o.title }));
      byId("change-of").textContent = o.title;
      const of = { g: [], l: [], u: [], c: [] };
      places.forEach((_, i) => of[o.changes[i]].push(i));
      this.put("points", [
        this.still(of.c),
        ...["u", "l", "g"].flatMap((letter) => of[letter].map((i) => this.mark(o, letter, i))),
      ]);
      this.townshipNames(o, false);
      this.facilities(o);
      this.map.addLayer(this.atlas.layer("points"));
      this.placeNames();
    }

    /* Those who are covered both times, as one line of dots: thousands of shapes would be slow. */
    still(numbers) {
      const dots = numbers.map((i) => [places[i], places[i]]);
      return L.polyline(dots, {
        renderer: this.atlas.svgIn("dots"),
        interactive: false,
        noClip: true,
        smoothFactor: 0,
        weight: 4.4,
        lineCap: "round",
        color: data.looks.changes.c.fill,
        className: "still",
      });
    }

    mark(o, letter, i) {
      const look = data.looks.changes[letter];
      const mark = new Mark(places[i], {
        renderer: this.atlas.svgIn("dots"),
        shape: look.shape,
        radius: Math.max(data.demand.radius[i], SMALLEST[look.shape]),
        color: look.stroke,
        weight: 1.1,
        fillColor: look.fill,
        fillOpacity: 0.92,
        className: "mark-" + look.kind,
      });
      const rows = () => [data.demand.people[i], words.changes[letter], changeText(o, i)];
      geo.bindTip(mark, () => tip(data.demand.name[i], rows()));
      mark.bindPopup(() => card({ name: data.demand.name[i], rows: [], lines: rows() }, words), this.popupOptions());
      return mark;
    }
  }

  /* ---- three maps that move together ---- */

  const boxes = [...document.querySelectorAll("#layers input")];
  const facilityLayers = boxes.map((box) => box.value).filter((value) => value.startsWith("kind-"));
  const left = new OutcomeMap("left-map");
  const right = new OutcomeMap("right-map");
  const change = new ChangeMap("change-map");
  const maps = [left, right, change];
  let leading = null; // the map that the others follow just now
  let before = null; // what to go back to after a print

  function follow(leader) {
    if (leading && leading !== leader) return;
    leading = leader;
    const center = leader.map.getCenter();
    const zoom = leader.map.getZoom();
    maps.forEach((one) => {
      if (one === leader) return;
      if (one.map.getZoom() !== zoom) {
        one.map.setView(center, zoom, { animate: false, reset: true });
        return;
      }
      const off = one.map.latLngToContainerPoint(center).subtract(one.map.getSize().divideBy(2)).round();
      if (!off.x && !off.y) return;
      one.map._rawPanBy(off);
      one.map.fire("move");
    });
    leading = null;
  }

  /* What is drawn beyond the edge of a map follows when the movement has ended. */
  function settle(leader) {
    if (leading && leading !== leader) return;
    leading = leader;
    maps.forEach((one) => {
      if (one !== leader) one.map.fire("moveend");
    });
    leading = null;
    maps.forEach((one) => {
      one.atlas.thinRoads();
      one.placeNames();
    });
  }

  let opening = ""; // the view on the whole county, as long as nobody has moved away from it
  const view = () => change.map.getCenter().toString() + change.map.getZoom();

  function showCounty() {
    // the smallest map decides, so that the county is whole on each
    const smallest = maps.reduce((a, b) => (a.map.getBoundsZoom(data.view) <= b.map.getBoundsZoom(data.view) ? a : b));
    smallest.map.fitBounds(data.view, { animate: false, padding: [8, 8] });
    follow(smallest);
    settle(smallest);
    opening = view();
  }

  const LEAST_PX = 60; // a window that is being put away has no room for a map, and no view worth keeping

  function fit(one) {
    if (before || maps.some((other) => other.box.clientWidth < LEAST_PX)) return;
    const whole = opening === view();
    one.map.invalidateSize({ animate: false });
    if (whole) showCounty();
    else one.placeNames();
  }

  function flyTo(bounds, then) {
    change.map.fitBounds(bounds, { animate: false, maxZoom: 12.5 });
    follow(change);
    settle(change);
    change.box.scrollIntoView({ block: "nearest" });
    then();
  }

  function ring(at) {
    maps.forEach((one) => {
      if (one.ring) one.ring.remove();
      one.ring = L.circleMarker(at, { radius: 16, color: "#262626", weight: 2.5, fill: false, interactive: false, renderer: one.atlas.svgIn("dots") });
      one.ring.addTo(one.map);
    });
  }

  /* ---- choices ---- */

  const chosen = (side) => byId(side + "-option").value;

  function showRight() {
    const key = chosen("right");
    right.show(key);
    change.show(key);
    document.querySelectorAll(".of-option").forEach((box) => {
      box.hidden = box.dataset.option !== key;
    });
  }

  function toggle(box) {
    maps.forEach((one) => {
      const group = one.atlas.layer(box.value);
      if (box.checked) one.map.addLayer(group);
      else one.map.removeLayer(group);
      one.atlas.stackAreas([]);
      one.atlas.thinRoads();
      one.placeNames();
    });
    document.querySelectorAll("#maps .under [data-layers]").forEach((item) => {
      const box = boxes.find((other) => other.value === item.dataset.layers);
      item.hidden = Boolean(box) && !box.checked;
    });
  }

  function bindChoices() {
    byId("left-option").addEventListener("change", () => left.show(chosen("left")));
    byId("right-option").addEventListener("change", showRight);
    boxes.forEach((box) => {
      box.checked = box.defaultChecked; // a page that is loaded again must not remember another choice
      box.addEventListener("change", () => toggle(box));
      toggle(box);
    });
    maps.forEach((one) => ["works", "sites"].forEach((id) => one.map.addLayer(one.atlas.layer(id))));
    byId("show-county").addEventListener("click", () => {
      maps.forEach((one) => one.map.closePopup());
      showCounty();
    });
    document.querySelectorAll("button[data-township]").forEach((button) => {
      const i = data.townships.findIndex((t) => t.id === button.dataset.township);
      button.addEventListener("click", () => flyTo(left.shapes[i].getBounds(), () => right.openCard({ name: data.townships[i].name, ...right.row(i) }, data.townships[i].at)));
    });
    document.querySelectorAll("button[data-at]").forEach((button) => {
      button.addEventListener("click", () => {
        const key = button.closest("[data-option]").dataset.option;
        if (chosen("right") !== key) {
          byId("right-option").value = key;
          showRight();
        }
        const at = button.dataset.at.split(" ").map(Number);
        flyTo(L.latLng(at).toBounds(4000), () => ring(at));
      });
    });
  }

  /* ---- print ---- */

  function startPrint() {
    if (before) return;
    const open = [...document.querySelectorAll("details")].filter((box) => box.open);
    before = { center: change.map.getCenter(), zoom: change.map.getZoom(), open };
    maps.forEach((one) => one.map.closePopup());
    // what one has chosen is printed; the other lists and the files stay folded
    document.querySelectorAll("details").forEach((box) => {
      box.open = box.classList.contains("printed") || box.dataset.option === chosen("right");
    });
    document.documentElement.classList.add("printing");
    maps.forEach((one) => one.atlas.redraw(true, () => {}));
    showCounty();
  }

  function endPrint() {
    if (!before) return;
    const { center, zoom, open } = before;
    before = null;
    document.documentElement.classList.remove("printing");
    document.querySelectorAll("details").forEach((box) => (box.open = open.includes(box)));
    maps.forEach((one) => one.atlas.redraw(false, () => {}));
    change.map.setView(center, zoom, { animate: false });
    follow(change);
    settle(change);
  }

  /* ---- together ---- */

  left.show(chosen("left"));
  showRight();
  bindChoices();
  showCounty();
  maps.forEach((one) => {
    one.map.on("move", () => follow(one));
    one.map.on("moveend", () => settle(one));
    new ResizeObserver(() => fit(one)).observe(one.box);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") maps.forEach((one) => one.map.closePopup());
  });
  window.addEventListener("beforeprint", startPrint);
  window.addEventListener("afterprint", endPrint);
  window.coverageMaps = { left, right, change };
  document.documentElement.classList.add("ready");
})();
