import { createMemoryStore } from "../../src/stores/memory.ts";
import { checkStore } from "../store-contract.ts";

checkStore("memory", async () => ({ store: createMemoryStore() }));
