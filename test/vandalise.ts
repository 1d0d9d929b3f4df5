/** Changes whatever can be changed in a value, all the way down. */
export function vandalise(value: object): void {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === "object" && inner !== null) vandalise(inner);
    else Reflect.set(value, key, "changed");
  }
  if (Array.isArray(value)) value.length = 0;
}
