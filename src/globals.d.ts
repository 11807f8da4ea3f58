/**
 * The only two globals beyond ECMAScript that the core uses (WHATWG Encoding): every JavaScript runtime has them. Declared here because the
 * core is compiled without the DOM and Node types (tsconfig.pure.json).
 */
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string
}
