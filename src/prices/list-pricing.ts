import { calcPrice, type ModelPrice } from "@pydantic/genai-prices";
import { createMemo, type Memo } from "../core/domain/memo.ts";
import type { PricedCall, Pricing } from "../core/domain/price.ts";
import { type Charged, createPrice, type Price, type Rates } from "../core/domain/rates.ts";
import type { Provider } from "../core/provider.ts";

/** A model as one of the lists has it. */
interface Listed {
  /** Absent: the list of whoever makes the model. */
  list?: string | undefined;
  name: string;
}

/** How a model is priced: always alike, or by the time of the call. */
type Tariff = Price | { changing: Listed; known: Memo<Price | undefined> };

const longestName = 200;
const minute = 60_000;

/**
 * What calls cost by the price list that comes with the program (`@pydantic/genai-prices` 0.1.8; nothing is fetched,
 * and it does not tell its date): at the time of the call, tiers by the context of one call. A model that the lists of
 * the provider do not have is unknown. Without a provider the model's name tells whose list it is in; a provider that
 * is not one of ours is looked for under its own name.
 */
export function createListPricing(options: {
  providers: readonly Pick<Provider, "id" | "priceList">[];
}): Pricing {
  const lists = new Map(options.providers.map(({ id, priceList }) => [id, priceList ?? []]));
  const memo = createMemo<Tariff | undefined>(5_000);

  function listsOf(provider: string | undefined): readonly string[] {
    return provider === undefined ? ["*"] : (lists.get(provider) ?? [provider]);
  }

  return (call) => {
    const { provider, model } = call;
    if (model === undefined || model.length > longestName) return undefined;
    const tariff = memo.get(`${provider ?? ""}\0${model}`, () => tariffOf(listsOf(provider), model, call.at));
    return typeof tariff === "object" ? changingPrice(tariff, call)?.(call) : tariff?.(call);
  };
}

function tariffOf(lists: readonly string[], model: string, at: number): Tariff | undefined {
  for (const listed of lists.flatMap((list) => places(list, model))) {
    const found = lookUp(listed, at);
    if (found === undefined) continue;
    if (!Array.isArray(found.model.prices)) return toPrice(found.model_price, listed, at);
    return { changing: listed, known: createMemo(500) };
  }
  return undefined;
}

/** Where a model may be listed: as it is called, or as gateways call it, "anthropic/claude-opus-4-5". */
function places(list: string, model: string): Listed[] {
  const name = model.replace(/^(.*\/)?models\//, "");
  if (list !== "*") return [{ list, name }];
  const slash = name.indexOf("/");
  if (slash < 1) return [{ name }];
  const rest = name.slice(slash + 1);
  return [{ list: name.slice(0, slash), name: rest }, { name: rest }];
}

/** Prices change on the minute, and asking the list takes long. */
function changingPrice(tariff: Exclude<Tariff, Price>, { at }: PricedCall): Price | undefined {
  const slot = Math.floor(at / minute);
  return tariff.known.get(String(slot), () => {
    const found = lookUp(tariff.changing, slot * minute);
    return found && toPrice(found.model_price, tariff.changing, slot * minute);
  });
}

function lookUp({ list, name }: Listed, at: number) {
  const provider = list === undefined ? {} : { providerId: list };
  return calcPrice({}, name, { ...provider, timestamp: new Date(at) }) ?? undefined;
}

function toPrice(prices: ModelPrice, listed: Listed, at: number): Price {
  // So the list says that a model is free of charge.
  if (Object.keys(prices).length === 0) return () => 0;
  const starts = Object.values(prices).flatMap((price) =>
    typeof price === "object" ? price.tiers.map(({ start }) => start) : [],
  );
  const tiers = [...new Set(starts)]
    .sort((a, b) => b - a)
    .map((start) => ({ start, price: createPrice(ratesFor(prices, start + 1)) }));
  const base = createPrice(ratesFor(prices, 0));
  const hasAudio = prices.audio_hours !== undefined || prices.input_audio_hours !== undefined;
  return (call) => {
    if (hasAudio && call.audioMs > 0) return withAudio(call, listed, at);
    const { input, cacheRead, cacheWrite } = call.tokens;
    // Of a count that belongs to no single call nobody knows how long the calls were.
    const context = call.requests === 0 ? 0 : (input + cacheRead + cacheWrite) / call.requests;
    return (tiers.find(({ start }) => context > start)?.price ?? base)(call);
  };
}

/** The rates of a call with so many tokens going in. */
function ratesFor(prices: ModelPrice, context: number): Rates {
  const rate = (key: string): number | undefined => {
    const price = prices[key];
    if (typeof price !== "object") return price;
    const reached = price.tiers.filter(({ start }) => context > start).sort((a, b) => b.start - a.start);
    return reached[0]?.price ?? price.base;
  };
  const thousand = rate("requests_kcount");
  return {
    input: rate("input_mtok"),
    output: rate("output_mtok"),
    cacheRead: rate("cache_read_mtok"),
    cacheWrite: rate("cache_write_mtok"),
    reasoning: rate("output_reasoning_mtok"),
    perRequest: thousand === undefined ? undefined : thousand / 1_000,
  };
}

/** Left to the list itself, which knows the shortest time that a vendor charges. Its tokens include those of the cache. */
function withAudio({ tokens, audioMs }: Charged, { list, name }: Listed, at: number): number | undefined {
  const usage = {
    input_tokens: tokens.input + tokens.cacheRead + tokens.cacheWrite,
    cache_read_tokens: tokens.cacheRead,
    cache_write_tokens: tokens.cacheWrite,
    output_tokens: tokens.output + tokens.reasoning,
    output_reasoning_tokens: tokens.reasoning,
    audio_seconds: audioMs / 1_000,
    input_audio_seconds: audioMs / 1_000,
  };
  const provider = list === undefined ? {} : { providerId: list };
  const dollars = calcPrice(usage, name, { ...provider, timestamp: new Date(at) })?.total_price;
  // Millionths of a micro-dollar are whole numbers again, so that a half is a half.
  return dollars === undefined ? undefined : Math.floor((Math.round(dollars * 1e12) + 500_000) / 1e6);
}
