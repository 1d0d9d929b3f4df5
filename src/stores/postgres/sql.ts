/**
 * Runs one statement and hands back its rows. Whole numbers of 64 bits may come as text. Rejects with store_unavailable
 * when the database does not do it.
 */
export type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/** The database, as far as the store knows it. */
export interface Sql {
  query: Query;
  /** All of the work or nothing of it; what the work throws passes through. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
