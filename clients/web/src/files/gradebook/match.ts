/** Which person of a class list a player is. Nobody is guessed: a name that fits two people fits none. */

import { type ClassList, type Person, compared } from "./classlist";
import type { Grade } from "./grades";

export interface Matched {
  found: Map<Person, Grade>;
  /** Players who are nobody on the list, or more than one, or somebody that another player is, too. */
  unknown: string[];
}

export function matched(list: ClassList, grades: readonly Grade[]): Matched {
  const called = new Map<string, Person[]>();
  for (const person of list.people)
    for (const name of person.names) called.set(name, [...(called.get(name) ?? []), person]);
  const claims = new Map<Person, Grade[]>();
  const unknown: string[] = [];
  for (const grade of grades) {
    const people = called.get(compared(grade.name)) ?? [];
    const [person] = people;
    if (person && people.length === 1) claims.set(person, [...(claims.get(person) ?? []), grade]);
    else unknown.push(grade.name);
  }
  const found = new Map<Person, Grade>();
  for (const [person, claimed] of claims)
    if (claimed.length === 1) found.set(person, claimed[0]!);
    else unknown.push(...claimed.map(({ name }) => name));
  return { found, unknown };
}
