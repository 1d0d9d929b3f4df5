import { openai } from "../../src/providers/openai.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(openai);
