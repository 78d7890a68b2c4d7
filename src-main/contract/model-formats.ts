/** In what a model can be exported. */

/** A Hugging Face folder, the adapters of a LoRA run as PEFT has them, or a GGUF file. */
export const modelFormats = ['hf', 'peft', 'gguf'] as const
export type ModelFormat = (typeof modelFormats)[number]

/** Storage of a GGUF file's matrices. */
export const ggufTypes = ['f32', 'f16', 'q8_0'] as const
export type GgufType = (typeof ggufTypes)[number]

/** Storage of tensors in a safetensors file. */
export const safetensorsDtypes = ['f32', 'bf16', 'f16'] as const
export type SafetensorsDtype = (typeof safetensorsDtypes)[number]
