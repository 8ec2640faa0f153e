import { LanguageError } from "../language/errors.ts";

/** The answer of the language service; nothing when it is out of order, which the next check tells. */
export async function unlessOutOfOrder<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof LanguageError) return undefined;
    throw error;
  }
}
