export interface Measured {
  readonly value: number;
  readonly standardError: number;
}
