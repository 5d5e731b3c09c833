import type { World } from "../api/types";

/**
 * Unions that a reader may choose: the Eurasian one first, customs unions and agreements of three or
 * more; agreements of two sides are no blocs.
 */
export function blocs_of(world: World): World["unions"] {
  const several = (union: World["unions"][number]) => union.id === "eaeu" ||
    /union/.test(union.kind) && union.members.length > 2 && !/^eu_|^efta_/.test(union.id) ||
    (union.members.length > 2 && (!union.id.includes("_") || union.id.startsWith("cis_fta")));
  return world.unions.filter(several)
    .sort((a, b) => Number(b.id === "eaeu") - Number(a.id === "eaeu") || b.members.length - a.members.length || a.id.localeCompare(b.id));
}
