import { deepseek } from "../../src/providers/deepseek.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(deepseek);
