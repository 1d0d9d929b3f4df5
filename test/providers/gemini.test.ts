import { gemini } from "../../src/providers/gemini.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(gemini);
