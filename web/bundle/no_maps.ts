/**
 * Stands in for d3-geo in the bundle: the report draws no maps, and Plot's map projections would add
 * 30 kB to every report. These are the names Plot imports; none is called without a projection.
 */
function no_maps(): never {
  throw new Error("map projections are not part of the report");
}

/** Plot builds its identity projections when it is loaded. */
export function geoTransform(): object {
  return {};
}

export {
  no_maps as geoAlbers, no_maps as geoAlbersUsa, no_maps as geoAzimuthalEqualArea, no_maps as geoAzimuthalEquidistant,
  no_maps as geoCentroid, no_maps as geoClipRectangle, no_maps as geoConicConformal, no_maps as geoConicEqualArea,
  no_maps as geoConicEquidistant, no_maps as geoEqualEarth, no_maps as geoEquirectangular, no_maps as geoGnomonic,
  no_maps as geoGraticule10, no_maps as geoMercator, no_maps as geoOrthographic, no_maps as geoPath,
  no_maps as geoStereographic, no_maps as geoStream, no_maps as geoTransverseMercator,
};
