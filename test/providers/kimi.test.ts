import { kimi } from "../../src/providers/kimi.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(kimi);
