import { moonshot } from "../../src/providers/moonshot.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(moonshot);
