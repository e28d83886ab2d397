// Makes the map of the pages: the land of all countries as a picture, and the shape of each country by its code.
//
// https://www.naturalearthdata.com/ (public domain) is where the shapes come from, by way of world-atlas.
// https://www.iso.org/iso-3166-country-codes.html is what the codes mean.

import { readFileSync, writeFileSync } from "node:fs";
import { geoArea, geoCentroid, geoEqualEarth, geoPath } from "d3-geo";
import { iso31661 } from "iso-3166";
import { feature, merge, mesh } from "topojson-client";
import { presimplify, simplify, sphericalTriangleArea } from "topojson-simplify";

const WIDTH = 3000; // of the picture; coordinates are whole numbers, so that files stay small
const MARGIN = 18; // room for the circle of an island at the edge
const DETAIL = 1.5e-6; // steradians: a bend in a line that is flatter than this is left out
const SPECK = 6e-6; // steradians: an island smaller than this is no land of the picture
const SMALL = 90; // square units: a country smaller than this is shown as a circle
const MERIDIAN = 11; // in the middle, so that the edge runs through the Bering Strait
const LEFT_OUT = ["AQ"]; // Antarctica would take a fifth of the picture, and nobody rules it

// Parts that Natural Earth counts to another country, and that have a code of their own: west, south, east, north.
const PARTS = {
  CC: [[96, -13, 97.5, -11.5]],
  CX: [[105, -11, 106.5, -10]],
  BQ: [[-68.6, 11.9, -68, 12.5], [-63.4, 17.3, -62.8, 17.8]],
  BV: [[3, -55, 4, -54]],
  GF: [[-55, 2, -51, 6]],
  GP: [[-62, 15.7, -60.9, 16.6]],
  MQ: [[-61.4, 14.2, -60.6, 15.1]],
  RE: [[55, -21.6, 56, -20.7]],
  SJ: [[10, 74, 35, 81.5], [-10, 70.5, -7, 71.6]],
  YT: [[44.9, -13.2, 45.5, -12.5]],
};

// Where those are that have no shape: longitude and latitude.
const POINTS = {
  BV: [3.4, -54.4],
  BQ: [-68.3, 12.2],
  CC: [96.8, -12.2],
  CX: [105.6, -10.5],
  GI: [-5.4, 36.1],
  TK: [-171.8, -9.2],
  TV: [179.2, -8.5],
  UM: [166.6, 19.3],
};

const source = JSON.parse(readFileSync(new URL("node_modules/world-atlas/countries-50m.json", import.meta.url)));
const byNumeric = new Map(iso31661.map((each) => [each.numeric, each]));
source.objects.countries.geometries = source.objects.countries.geometries.filter(
  (each) => !LEFT_OUT.includes(byNumeric.get(each.id)?.alpha2),
);
const world = simplify(presimplify(source, sphericalTriangleArea), DETAIL);
const countries = world.objects.countries;

const projection = geoEqualEarth().rotate([-MERIDIAN, 0]).precision(0);
projection.fitExtent([[MARGIN, MARGIN], [WIDTH - MARGIN, WIDTH]], feature(world, countries));
const [[, top], [, bottom]] = geoPath(projection).bounds(feature(world, countries));
const [across, down] = projection.translate();
projection.translate([across, down - top + MARGIN]);
const height = Math.ceil(bottom - top + 2 * MARGIN);

// The lines of a shape, as whole numbers, without points that fall on the one before.
function linesOf(shape) {
  const lines = [];
  let line;
  geoPath(projection, {
    moveTo: (x, y) => lines.push((line = { points: [[Math.round(x), Math.round(y)]], closed: false })),
    lineTo(x, y) {
      const [lastX, lastY] = line.points.at(-1);
      if (Math.round(x) !== lastX || Math.round(y) !== lastY) line.points.push([Math.round(x), Math.round(y)]);
    },
    closePath() {
      line.closed = true;
      const [[x, y], last] = [line.points[0], line.points.at(-1)];
      if (line.points.length > 1 && last[0] === x && last[1] === y) line.points.pop();
    },
  })(shape);
  return lines.filter((each) => each.points.length > (each.closed ? 2 : 1));
}

// Path data in steps from point to point, as short as the grammar allows.
function pathData(lines) {
  let [fromX, fromY] = [0, 0];
  return lines
    .map(({ points, closed }) => {
      const start = `m${pair(points[0][0] - fromX, points[0][1] - fromY)}`;
      const steps = points.slice(1).map(([x, y], at) => pair(x - points[at][0], y - points[at][1]));
      [fromX, fromY] = closed ? points[0] : points.at(-1);
      return start + "l" + steps.reduce((all, step) => all + (all && step[0] !== "-" ? " " : "") + step, "") + (closed ? "z" : "");
    })
    .join("");
}

const pair = (x, y) => `${x}${y < 0 ? "" : " "}${y}`;

// The shapes of every code: parts with a code of their own are no longer part of another.
function polygonsByCode() {
  const found = new Map(iso31661.map((each) => [each.alpha2, []]));
  for (const { id, geometry } of feature(world, countries).features) {
    for (const coordinates of geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates) {
      const polygon = { type: "Polygon", coordinates };
      const code = partOf(geoCentroid(polygon)) ?? byNumeric.get(id)?.alpha2;
      found.get(code)?.push(polygon); // Natural Earth knows areas that have no code
    }
  }
  return found;
}

function partOf([longitude, latitude]) {
  const inside = ([west, south, east, north]) =>
    west < longitude && longitude < east && south < latitude && latitude < north;
  return Object.keys(PARTS).find((code) => PARTS[code].some(inside));
}

function placeOf(code, polygons) {
  if (!polygons.length) {
    if (!POINTS[code]) throw new Error(`${code} has no shape, and no point either`);
    const [x, y] = projection(POINTS[code]);
    return { x: Math.round(x), y: Math.round(y), small: true, d: "" };
  }
  const shape = { type: "MultiPolygon", coordinates: polygons.map((each) => each.coordinates) };
  const largest = polygons.reduce((best, each) => (geoArea(each) > geoArea(best) ? each : best));
  const [x, y] = geoPath(projection).centroid(largest);
  const d = pathData(linesOf(shape));
  return { x: Math.round(x), y: Math.round(y), small: geoPath(projection).area(shape) < SMALL, d };
}

const places = {};
for (const [code, polygons] of [...polygonsByCode()].sort(([one], [other]) => (one < other ? -1 : 1))) {
  if (LEFT_OUT.includes(code)) continue;
  const { alpha3, numeric } = iso31661.find((each) => each.alpha2 === code);
  places[code] = { alpha3, numeric, ...placeOf(code, polygons) };
}

const isLand = (rings) => geoArea({ type: "Polygon", coordinates: rings }) > SPECK;
const land = merge(world, countries.geometries);
land.coordinates = land.coordinates.filter(isLand);
const borders = mesh(world, countries, (one, other) => one !== other);

// One grey that shows on white and on black alike: the picture does not know on which it lies.
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}">
<path fill="#7d8998" fill-opacity=".3" d="${pathData(linesOf(land))}"/>
<path fill="none" stroke="#7d8998" stroke-opacity=".55" stroke-linejoin="round" d="${pathData(linesOf(borders))}"/>
</svg>
`;

const here = (path) => new URL(`../../api/web/${path}`, import.meta.url);
writeFileSync(here("static/land.svg"), svg);
const lines = Object.entries(places).map(([code, place]) => `${JSON.stringify(code)}: ${JSON.stringify(place)}`);
writeFileSync(
  here("world.json"),
  `{"width": ${WIDTH}, "height": ${height}, "places": {\n${lines.join(",\n")}\n}}\n`,
);
