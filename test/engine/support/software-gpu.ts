/** The GPU in software that comes with Debian's Chromium; it needs the Vulkan loader, too. */
import { existsSync } from 'node:fs'

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json'
const loader = ['/usr/lib/x86_64-linux-gnu/libvulkan.so.1', '/usr/lib64/libvulkan.so.1']

export const hasSoftwareGpu = existsSync(driver) && loader.some(existsSync)

/** What makes a process find it, and it alone; whether it may be used is said by GRPO_STUDIO_SOFTWARE_GPU. */
export const softwareGpu = { VK_ICD_FILENAMES: driver, VK_DRIVER_FILES: driver }
