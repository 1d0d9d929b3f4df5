export const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** What `Allow` tells of a path that some methods have a route for. Whoever answers GET answers HEAD. */
export function allowOf(own: readonly string[]): readonly string[] {
  return methods
    .filter((one) => own.includes(one))
    .flatMap((one) => (one === "GET" ? ["GET", "HEAD"] : [one]));
}
