import { openrouter } from "../../src/providers/openrouter.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(openrouter);
