const FORM = /^(\d\d)(\d\d)(\d\d)-(\d\d):(\d\d):(\d\d):(\d{6})([+-])(\d\d)(\d\d)$/;

/**
 * Reads a time as Pylightnix writes it, `%y%m%d-%H:%M:%S:%f%z`: `261124-18:19:26:413786+0000`. Undefined when it is none.
 * (Pylightnix: `parsetime`.)
 */
export function parsePylightnixTime(text: string): Date | undefined {
  const [, year, month, day, hour, minute, second, micros, sign, zoneHour, zoneMinute] =
    FORM.exec(text.trim()) ?? [];
  if (micros === undefined) return undefined;
  const zone = `${sign}${zoneHour}:${zoneMinute}`;
  const date = new Date(`20${year}-${month}-${day}T${hour}:${minute}:${second}.${micros.slice(0, 3)}${zone}`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
