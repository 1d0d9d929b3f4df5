import { nineRouter } from "../../src/providers/9router.ts";
import { checkProvider } from "../provider-contract.ts";

checkProvider(nineRouter);
