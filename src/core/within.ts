/** What the work resolves with, or undefined when it takes longer than that. Rejects only if the work does, in time. */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return await Promise.race([work, enough]).finally(() => clearTimeout(timer));
}
