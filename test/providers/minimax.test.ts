import { minimax } from "../../src/providers/minimax.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(minimax);
