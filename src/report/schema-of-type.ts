/** Whether a schema and a type say the same: both directions, what the schema accepts and what it promises. */
type Mutable<T> = T extends readonly (infer E)[]
  ? Mutable<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;
type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** `true` if what a schema infers is the type, but for `readonly`; else no value fits, and the compiler says so. */
export type Infers<Inferred, Type> = Equal<Inferred, Mutable<Type>>;
