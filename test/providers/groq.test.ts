import { groq } from "../../src/providers/groq.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(groq);
