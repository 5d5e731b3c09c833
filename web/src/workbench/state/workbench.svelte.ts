import { createContext } from "svelte";
import { make_locale } from "../../language/locale";
import { get_catalogue, get_health, get_translated, get_uploads, get_world } from "../api/calls";
import { ApiError, ServerLost, is_abort, type Trouble } from "../api/client";
import type { Catalogue, Upload, World } from "../api/types";
import { economy_namer } from "../words/economies";
import { Translation, renamer, type Say } from "../words/translation";
import { words_of } from "../words/words";
import { address_of, state_of } from "./address";
import { History } from "./history";
import { kFirstState, type ScenarioState, type TradeChoice, type WorkbenchState } from "./state";

/** The state of the page, its steps back and forth, the words of its language and the server it speaks to. */
export class Workbench {
  private readonly history: History<WorkbenchState>;
  private address_timer: ReturnType<typeof setTimeout> | undefined;

  state: WorkbenchState = $state.raw(kFirstState);
  can_undo = $state(false);
  can_redo = $state(false);
  catalogue: Catalogue | null = $state.raw(null);
  /** Tables that the reader brought to this session. */
  uploads: Upload[] = $state.raw([]);
  /** The world of the reader's own table; null while it is the bundled one. */
  own_world: World | null = $state.raw(null);
  /** Why the table of the address cannot be used. */
  world_trouble: Trouble | null = $state.raw(null);
  /** The server does not answer. */
  lost = $state(false);
  /** Said to a screen reader. */
  said = $state("");

  // What follows hangs on the language alone: a state that changes something else renews none of it.
  private readonly language = $derived(this.state.language);
  readonly locale = $derived(make_locale(this.language));
  readonly words = $derived(words_of(this.language));
  readonly name_of = $derived(economy_namer(this.catalogue, this.language));

  private told = $state(0);
  private readonly translation = $derived(new Translation(this.language, get_translated, () => (this.told += 1),
    this.language === "kk" ? renamer((this.catalogue?.economies ?? []).map(({ code, name }) => [name, this.name_of(code)])) : (text) => text));
  /** What the engine says, in the language of the page; another function whenever more of it is known. */
  readonly say: Say = $derived.by(() => {
    void this.told;
    const { translation } = this;
    return (text) => translation.say(text);
  });

  constructor() {
    this.state = state_of(location.hash);
    this.history = new History(this.state);
    addEventListener("hashchange", () => {
      const told = state_of(location.hash);
      if (address_of(told) !== address_of(this.state)) this.change(() => told, "");
    });
  }

  /** Changes the state; changes of one kind in quick succession are one step of undo. */
  change(next: (state: WorkbenchState) => WorkbenchState, kind: string): void {
    this.history.push(next(this.state), kind, performance.now());
    this.follow();
  }

  undo(): void {
    this.history.undo();
    this.follow();
  }

  redo(): void {
    this.history.redo();
    this.follow();
  }

  /** Back to the first visit, in the reader's language and theme. */
  reset(): void {
    this.change(({ tab, language, theme }) => ({ ...kFirstState, tab, language, theme }), "");
  }

  change_scenario(which: "a" | "b", next: (scenario: ScenarioState) => ScenarioState, kind: string): void {
    this.change((state) => which === "b" && state.second
      ? { ...state, second: next(state.second) }
      : { ...state, scenario: next(state.scenario) }, `${which} ${kind}`);
  }

  private follow(): void {
    this.state = this.history.state;
    this.can_undo = this.history.can_undo;
    this.can_redo = this.history.can_redo;
    // Browsers refuse an address that changes at every movement of a slider.
    clearTimeout(this.address_timer);
    this.address_timer = setTimeout(() => this.write_address(), 200);
  }

  write_address(): void {
    clearTimeout(this.address_timer);
    const address = `#${address_of(this.state)}`;
    if (location.hash !== address) history.replaceState(null, "", address);
  }

  async load(): Promise<void> {
    this.catalogue = await get_catalogue();
  }

  /** The world that scenarios are of. */
  get world(): World {
    return this.own_world ?? this.catalogue!.world;
  }

  /** Whether the world at hand is that of a choice. */
  world_is(trade: TradeChoice | null): boolean {
    if (!trade) return this.own_world === null;
    const { trade: table, year, tables } = this.own_world ?? {};
    const bundled = this.own_world !== null && this.catalogue!.tables.some((one) => one.name === table);
    return table === trade.table && (!trade.year || trade.year === year) &&
      (bundled || (String(tables?.["intermediate_use"] ?? "") === trade.inputs && String(tables?.["elasticities"] ?? "") === trade.elasticities));
  }

  private world_asked: AbortController | null = null;

  /** Reads the world of the table that the state names, if it is another than the one at hand. */
  async follow_trade(): Promise<void> {
    const { trade } = this.state;
    this.world_asked?.abort();
    this.world_trouble = null;
    if (!trade) {
      this.own_world = null;
      return;
    }
    if (this.world_is(trade)) return;
    const abort = new AbortController();
    this.world_asked = abort;
    try {
      const [world, uploads] = await Promise.all([get_world(trade, abort.signal), get_uploads(abort.signal)]);
      if (abort.signal.aborted) return;
      this.uploads = uploads;
      this.own_world = world;
    } catch (error) {
      if (abort.signal.aborted) return;
      this.own_world = null;
      this.world_trouble = this.trouble_of(error);
    }
  }

  /** What went wrong, in words; null where the reader stopped it. A lost server is looked for until it is back. */
  trouble_of(error: unknown): Trouble | null {
    if (is_abort(error)) return null;
    if (error instanceof ApiError) return error.trouble;
    if (error instanceof ServerLost) {
      this.look_for_server();
      return null;
    }
    return { code: "page", what: error instanceof Error ? error.message : String(error), where: "", why: "", fixes: [], column: null };
  }

  private look_for_server(): void {
    if (this.lost) return;
    this.lost = true;
    const ask = () => {
      get_health().then(
        () => {
          this.lost = false;
          this.said = this.words.server_back;
          this.returned += 1;
        },
        () => setTimeout(ask, 1000));
    };
    setTimeout(ask, 500);
  }

  /** Grows each time the server is back, so that what failed is asked again. */
  returned = $state(0);
}

export const [use_workbench, give_workbench] = createContext<Workbench>();
