import { zai } from "../../src/providers/zai.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(zai);
