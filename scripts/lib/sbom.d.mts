/** @see sbom.mjs */
export function writeBillOfMaterials(root: string, folder: string): Promise<void>;
