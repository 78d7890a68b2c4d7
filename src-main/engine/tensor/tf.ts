/**
 * The one place where tfjs enters. tfjs is CommonJS and its named exports are invisible to Node's ESM loader, and a second copy
 * (ESM beside CommonJS) would not share the engine's registered backends: so everybody takes it from here.
 */
import { createRequire } from 'node:module'
import type * as TF from '@tensorflow/tfjs'

// Not named `require`: electron-vite declares that in every bundle that calls it.
const commonJs = createRequire(import.meta.url)

export const tf = commonJs('@tensorflow/tfjs') as typeof TF
export type Tensor = TF.Tensor
export type Scalar = TF.Scalar
export type Tensor1D = TF.Tensor1D
export type Tensor2D = TF.Tensor2D
export type Tensor3D = TF.Tensor3D
export type Tensor4D = TF.Tensor4D
export type Variable = TF.Variable
