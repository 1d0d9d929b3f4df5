import { cursor } from "../../src/providers/cursor.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(cursor);
